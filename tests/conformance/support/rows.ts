import type { Database } from './database.ts';
import { inOrderOfKeys, valuesFor } from './sample-rows.ts';

/** The rows of a schema, by table: the columns that there are, and each row as the engine's own JSON text. */
export type Rows = ReadonlyMap<string, { readonly columns: readonly string[]; readonly rows: readonly string[] }>;

/** Tables whose rows are the version number, which a migration is meant to write, and our own record. */
const notKept = /^(?:migrations|(?:\w+_)?dbos_migrations|dbos_\w+_migrations)$/;

/**
 * For a moment in SQLite's history this column could be NULL. Later releases put the time of their upgrade there, and so
 * do we, since it may not be NULL any more.
 */
const filled = new Map([['operation_outputs', 'retention_timestamp']]);

/** The text of a row's field, as it stands in JSON. */
const field = (row: string, name: string): string | undefined =>
  new RegExp(`"${name}": ?("(?:[^"\\\\]|\\\\.)*")`).exec(row)?.[1];

/**
 * Where releases of 2024 and 2025 kept the inputs in a table of their own, a row of `workflow_status` that lacks its
 * inputs may get them. Gives the row as it is then.
 */
function withInputs(row: string, inputs: ReadonlyMap<string | undefined, string | undefined>): string {
  const value = inputs.get(field(row, 'workflow_uuid'));
  return value === undefined ? row : row.replace(/("inputs": ?)null/, (_, name: string) => name + value);
}

/** Puts rows into every table of the schema, whatever tables it has; those that keep version numbers stay as they are. */
export async function fill(database: Database): Promise<void> {
  for (const table of inOrderOfKeys(await database.tables())) {
    for (const row of valuesFor(table)) await database.insert(table.name, row);
  }
}

/** Reads every row of every table of a schema. */
export async function rowsOf(database: Database): Promise<Rows> {
  const found = new Map<string, { columns: readonly string[]; rows: readonly string[] }>();
  for (const table of await database.tables()) {
    if (notKept.test(table.name)) continue;
    const columns = table.columns.map(({ name }) => name).filter((name) => name !== filled.get(table.name));
    const rows = await database.rows(table.name, columns);
    if (rows.length > 0) found.set(table.name, { columns, rows });
  }
  return found;
}

/**
 * Says of every row that was there before and is not there now, in the same table with the same values in the columns
 * that it had, where it stood. Rows that came are no loss.
 */
export async function lostRows(database: Database, before: Rows): Promise<readonly string[]> {
  const lost: string[] = [];
  const inputs = new Map(
    before.get('workflow_inputs')?.rows.map((row) => [field(row, 'workflow_uuid'), field(row, 'inputs')]),
  );
  for (const [table, { columns, rows }] of before) {
    const left = await database.rows(table, columns).then(
      (now) => [...now],
      (error: unknown) => [String(error)],
    );
    for (const row of rows) {
      const completed = table === 'workflow_status' ? withInputs(row, inputs) : row;
      const i = Math.max(left.indexOf(row), left.indexOf(completed));
      if (i < 0) lost.push(`${table}: ${row}`);
      else left.splice(i, 1);
    }
  }
  return lost;
}

export const countRows = (rows: Rows): number => [...rows.values()].reduce((sum, table) => sum + table.rows.length, 0);
