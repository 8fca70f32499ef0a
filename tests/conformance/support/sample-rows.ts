/** What is to be known of a table, in either engine, to put rows into it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Foreign keys of one column; they all lead to a key that is filled by `keyOf`. */
  readonly references: readonly { readonly column: string; readonly table: string }[];
}

export interface Column {
  readonly name: string;
  /** As the engine prints it. */
  readonly type: string;
  /** NOT NULL, and without a default. */
  readonly required: boolean;
}

/** Text that both engines read as a value of any type. */
export type Value = string;

/** Tables that hold the number of a migration and nothing else. */
const bookkeeping = /^(?:dbos_migrations|alembic_version|\w+_migrations)$/;

/** Those that others point at come first. */
export function inOrderOfKeys(tables: readonly Table[]): readonly Table[] {
  const filled = tables.filter(({ name }) => !bookkeeping.test(name));
  const ordered: Table[] = [];
  const place = (table: Table): void => {
    if (ordered.includes(table)) return;
    for (const { table: other } of table.references) {
      const needed = filled.find(({ name }) => name === other);
      if (needed !== undefined && needed !== table) place(needed);
    }
    ordered.push(table);
  };
  for (const table of filled) place(table);
  return ordered;
}

/** Six full rows, so that every condition of a partial index has one it holds for, and two of the bare minimum. */
export const valuesFor = (table: Table): readonly Readonly<Record<string, Value>>[] =>
  Array.from({ length: 8 }, (_, row) => {
    const columns = row < 6 ? table.columns : table.columns.filter((c) => c.required || isReference(table, c));
    return Object.fromEntries(columns.map((column) => [column.name, valueOf(table, column, row)]));
  });

const isReference = (table: Table, column: Column): boolean =>
  table.references.some((reference) => reference.column === column.name);

/** What may be long is, in one row: too long to stand in the row itself. */
const payloads = new Set(['inputs', 'output', 'error', 'request', 'message', 'value']);

const states = ['PENDING', 'ENQUEUED', 'DELAYED', 'SUCCESS', 'ERROR', 'CANCELLED', 'SUCCESS', 'PENDING'];

/** Beyond what a double can hold, so that a value that goes through one is found out. */
const big = 9_007_199_254_740_993n;

const byType: readonly (readonly [type: RegExp, value: (name: string, row: number) => string | number | boolean])[] = [
  [/bool/i, (_, row) => row % 2],
  [/^(?:bigint|numeric\(38,0\))/i, (_, row) => String(big + BigInt(row))],
  [/^numeric/i, (_, row) => `12345678901234567890.12345678901234${row}`],
  [/^(?:int|smallint)/i, (_, row) => 1000 + row],
  [/^(?:double|real|float)/i, (_, row) => row + 0.1],
  [/json/i, (name, row) => JSON.stringify({ [name]: ['ü', null, row] })],
];

/** Before there were foreign keys, these pointed at workflows too. */
const workflowIds = new Set(['workflow_uuid', 'destination_uuid']);

function valueOf(table: Table, column: Column, row: number): Value {
  const { name, type } = column;
  if (workflowIds.has(name) || isReference(table, column)) return `workflow-${row}`;
  if (name === 'status') return states[row] ?? 'SUCCESS';
  const value = byType.find(([pattern]) => pattern.test(type))?.[1] ?? textOf;
  return value(`${table.name}.${name}`, row).toString().slice(0, lengthOf(type));
}

const textOf = (name: string, row: number): string =>
  `${name} ${row} "\\'\u00fc\u2603\n${row === 1 && payloads.has(name.replace(/.*\./, '')) ? 'x'.repeat(9000) : ''}`;

/** Characters that a type has room for. */
function lengthOf(type: string): number | undefined {
  const limit = /^(?:character varying|varchar)\((\d+)\)/i.exec(type)?.[1];
  return limit === undefined ? undefined : Number(limit);
}
