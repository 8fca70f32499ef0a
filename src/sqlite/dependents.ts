import type { Connection, Dependent, Scope } from '../model/dialect.ts';
import { singleLine, quoteIdentifier } from '../sql/quote.ts';
import { guard } from './rebuild/guard.ts';
import { isOrdinaryTable, isOurs, schemaRows } from './introspect.ts';
import type { SchemaRow } from './live-rows.ts';
import { mentions } from './text/mentions.ts';
import { type ParsedConstraint, parseTable } from './text/parse.ts';
import { newName, rebuildStatements } from './rebuild/rebuild.ts';
import { folded, tokenize } from './text/tokens.ts';

/**
 * Objects of others that would not survive the drop of ours, or would be of no use after it: triggers on other tables
 * and views that name one of ours, views on such views, and foreign keys. SQLite has no ALTER TABLE for a foreign key:
 * its table is rebuilt without it, which needs foreign keys to be off, and fails where they are not.
 */
export async function dependents(connection: Connection, scope: Scope): Promise<readonly Dependent[]> {
  const rows = await schemaRows(connection);
  const isOwn = isOurs(scope);
  const ours = new Set(rows.filter(isOwn).map(({ name }) => folded(name)));
  const others = rows.filter((row) => !isOwn(row) && !ours.has(folded(row.table)));
  const views = dependentViews(others, ours);
  const lost = new Set([...ours, ...views.map(({ name }) => folded(name))]);
  const triggers = others.filter(
    ({ type, table, sql }) => type === 'trigger' && (lost.has(folded(table)) || mentions(sql, lost)),
  );
  const staying = others.filter((row) => !triggers.includes(row));
  return [
    ...triggers.map(dropOf),
    ...views.toReversed().map(dropOf),
    ...(await foreignKeys(connection, staying, ours)),
  ];
}

const dropOf = ({ type, name, sql }: SchemaRow): Dependent => ({
  name: `${type} ${name}`,
  drop: `DROP ${type.toUpperCase()} ${quoteIdentifier(name)}`,
  // What ends in a comment would hide the semicolon in it.
  definition: sql.includes('--') ? `${sql}\n;` : `${sql};`,
});

/** A view comes behind those that it is made of. */
function dependentViews(others: readonly SchemaRow[], ours: ReadonlySet<string>): readonly SchemaRow[] {
  const names = new Set(ours);
  const found: SchemaRow[] = [];
  for (let more = true; more;) {
    const next = others.filter((row) => row.type === 'view' && !found.includes(row) && mentions(row.sql, names));
    for (const row of next) names.add(folded(row.name));
    found.push(...next);
    more = next.length > 0;
  }
  return found;
}

interface Column {
  readonly table: string;
  readonly name: string;
}

interface Reference {
  readonly table: string;
  readonly id: number;
  readonly from: string;
}

async function foreignKeys(
  connection: Connection,
  rows: readonly SchemaRow[],
  ours: ReadonlySet<string>,
): Promise<readonly Dependent[]> {
  const references = (await connection.query(
    `SELECT m.name AS "table", f.id, f."from", f."table" AS parent
FROM main.sqlite_master AS m JOIN pragma_foreign_key_list(m.name, 'main') AS f WHERE m.type = 'table'
ORDER BY m.name, f.id, f.seq`,
  )) as unknown as readonly (Reference & { readonly parent: string })[];
  const toOurs = references.filter(({ parent }) => ours.has(folded(parent)));
  const columns = (await connection.query(
    `SELECT m.name AS "table", x.name FROM main.sqlite_master AS m JOIN pragma_table_xinfo(m.name, 'main') AS x
WHERE m.type = 'table' AND x.hidden = 0 ORDER BY m.name, x.cid`,
  )) as unknown as readonly Column[];
  return rows.filter(isOrdinaryTable).flatMap((row) =>
    foreignKeysOf(
      row,
      toOurs.filter(({ table }) => table === row.name),
      columns.filter(({ table }) => table === row.name).map(({ name }) => name),
      rows.filter(({ type, table }) => type !== 'table' && folded(table) === folded(row.name)).map(({ sql }) => sql),
    ),
  );
}

/** One rebuild a foreign key, each without those before it. */
function foreignKeysOf(
  row: SchemaRow,
  references: readonly Reference[],
  columns: readonly string[],
  again: readonly string[],
): readonly Dependent[] {
  const { constraints, options } = parseTable(row.sql);
  const clauses = constraints.filter(({ kind }) => kind === 'foreignKey');
  const gone: ParsedConstraint[] = [];
  return [...new Set(references.map(({ id }) => id))].flatMap((id) => {
    // The pragma counts from the last one in the text.
    const clause = clauses[clauses.length - 1 - id];
    if (clause === undefined) throw new Error(`foreign key ${id} of ${row.name} was not read well`);
    gone.push(clause);
    const { before, after } = guard([]);
    const statements = rebuildStatements({
      table: row.name,
      create: withoutClauses(row.sql, gone),
      copy: columns.map((column) => [column, quoteIdentifier(column)]),
      keepsSequence: options.includes('AUTOINCREMENT'),
    });
    const from = references.filter((reference) => reference.id === id).map((reference) => reference.from);
    return [
      {
        name: `foreign key of ${row.name} (${from.join(', ')})`,
        drop: [...before, ...statements, ...again, ...after].join(';\n'),
        // There is no statement that adds a foreign key.
        definition: `-- ${singleLine(`${row.name} (${from.join(', ')}): ${row.sql.slice(clause.start, clause.end)}`)}`,
      },
    ];
  });
}

/** The CREATE TABLE as its owner wrote it, less some clauses, for a table under its new name. */
function withoutClauses(sql: string, gone: readonly ParsedConstraint[]): string {
  const { name } = parseTable(sql);
  const tokens = tokenize(sql);
  let text = sql;
  for (const { start, end } of gone.toSorted((a, b) => b.start - a.start)) {
    const previous = tokens.findLast((token) => token.end <= start);
    text = text.slice(0, previous?.text === ',' ? previous.start : start) + text.slice(end);
  }
  return text.slice(0, name.start) + quoteIdentifier(newName(name.value)) + text.slice(name.end);
}
