import type { Connection } from '../model/dialect.ts';
import { groupBy } from '../model/group-by.ts';
import type { ForeignKeyRow } from './catalog-answer.ts';
import { isKey, type Keyed } from './is-key.ts';
import { foreignKeyRows, goesAlong, keysIn, type KeyRows, referencedBy } from './foreign-key-rows.ts';
import { parseIndex, parseKeyPart, parseTable, type ParsedTable } from './text/parse.ts';
import { folded, tokenize } from './text/tokens.ts';

/** Tables of others, and the keys between them: what a delete of one of our rows can reach. */
export interface Around {
  /** Undefined for one that is not there. Only what is asked for is read. */
  readonly table: (name: string) => OthersTable | undefined;
  /** By the folded name of the table that they refer to. */
  readonly keysTo: ReadonlyMap<string, readonly KeyRows[]>;
  readonly keysOf: ReadonlyMap<string, readonly KeyRows[]>;
}

interface OthersTable extends Keyed {
  readonly name: string;
  readonly parsed: ParsedTable;
  readonly triggers: readonly { readonly name: string; readonly event: string }[];
  readonly indexes: readonly { readonly name: string; readonly sql: string }[];
}

/** Reads what stands around the keys of others to our tables, where there are such keys that change rows. */
export async function readAround(connection: Connection, keys: readonly ForeignKeyRow[]): Promise<Around> {
  const isNeeded = keys.some(({ isLooked, onDelete }) => isLooked === 0 && /^(?:CASCADE|SET NULL)$/.test(onDelete));
  if (!isNeeded) return { table: () => undefined, keysTo: new Map(), keysOf: new Map() };
  const objects = (await connection.query(
    `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_master WHERE sql IS NOT NULL AND sql NOT LIKE 'CREATE VIRTUAL %'`,
  )) as unknown as readonly ObjectRow[];
  const [answer = {}] = await connection.query(`WITH standing AS (
    SELECT name, sql, 0 AS isLooked FROM main.sqlite_master WHERE type = 'table' AND sql LIKE '%references%' AND sql NOT LIKE 'CREATE VIRTUAL %')
    SELECT (${foreignKeyRows('1')}) AS rows`);
  const rows = JSON.parse(String(answer['rows'])) as readonly ForeignKeyRow[];
  const all = keysIn(rows);
  const standingIn = groupBy(objects, ({ table }) => folded(table));
  return {
    table: (name) => readTable(standingIn.get(folded(name)) ?? []),
    keysTo: groupBy(all, ([first]) => folded(first?.parent ?? '')),
    keysOf: groupBy(all, ([first]) => folded(first?.table ?? '')),
  };
}

interface ObjectRow {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

function readTable(objects: readonly ObjectRow[]): OthersTable | undefined {
  const table = objects.find(({ type }) => type === 'table');
  if (table === undefined) return undefined;
  const parsed = parseTable(table.sql);
  return {
    name: table.name,
    parsed,
    textOf: (column) => parsed.columns.find(({ name }) => folded(name) === folded(column)),
    indexes: objects.filter(({ type }) => type === 'index'),
    triggers: objects.flatMap(({ type, name, sql }) => (type === 'trigger' ? [{ name, event: eventOf(sql) }] : [])),
  };
}

/** A trigger's own name is quoted where it is such a word. https://www.sqlite.org/lang_createtrigger.html */
export const eventOf = (sql: string): string =>
  tokenize(sql).find(({ keyword }) => ['DELETE', 'INSERT', 'UPDATE'].includes(keyword))?.keyword ?? '';

/** A change of rows that a delete leads to: of columns that become NULL, or of whole rows that go. */
interface Step {
  readonly table: string;
  readonly freed: readonly string[] | null;
  /** The key that led here. */
  readonly by: KeyRows;
}

/**
 * What a delete of a row can fail by, behind a key of others to it whose rows go or are freed: the first of it, or null
 * where nothing can. https://www.sqlite.org/foreignkeys.html#fk_actions
 */
export function setsOff(key: KeyRows, around: Around): string | null {
  const steps: Step[] = [...stepsOf(key)];
  const seen = new Set<string>();
  for (const step of steps) {
    const place = JSON.stringify([folded(step.table), step.freed]);
    const table = around.table(step.table);
    if (seen.has(place) || table === undefined) continue;
    seen.add(place);
    const fault =
      step.freed === null ? faultOfDelete(table, step, around) : faultOfUpdate(table, step.freed, step, around);
    if (fault !== null) return fault;
    if (step.freed === null) steps.push(...(around.keysTo.get(folded(table.name)) ?? []).flatMap(stepsOf));
  }
  return null;
}

function stepsOf(key: KeyRows): readonly Step[] {
  const [first] = key;
  if (first === undefined) return [];
  const freed = first.onDelete === 'CASCADE' ? null : key.map(({ from }) => from);
  return [{ table: first.table, freed, by: key }];
}

const titleOf = (key: KeyRows): string =>
  `the foreign key of ${key[0]?.table} (${key.map(({ from }) => from).join(', ')})`;

function faultOfDelete(table: OthersTable, { by }: Step, around: Around): string | null {
  const trigger = table.triggers.find(({ event }) => event === 'DELETE');
  if (trigger !== undefined) return `trigger ${trigger.name} of ${table.name}`;
  const further = around.keysTo.get(folded(table.name)) ?? [];
  const own = (around.keysOf.get(folded(table.name)) ?? []).filter((key) => !isSame(key, by));
  const fault = further.find((key) => !goesAlong(key)) ?? [...further, ...own].find((key) => !fitsKey(key, around));
  return fault === undefined ? null : titleOf(fault);
}

const isSame = ([one]: KeyRows, [other]: KeyRows): boolean => one?.table === other?.table && one?.id === other?.id;

/** Whether what it refers to is there, and is a key. SQLite looks when it compiles a statement, not when it finds a row. */
function fitsKey(key: KeyRows, around: Around): boolean {
  const parent = around.table(key[0]?.parent ?? '');
  return parent !== undefined && isKey(referencedBy(key), key.length, parent);
}

function faultOfUpdate(table: OthersTable, freed: readonly string[], { by }: Step, around: Around): string | null {
  const names = new Set(freed.map(folded));
  const trigger = table.triggers.find(({ event }) => event === 'UPDATE');
  if (trigger !== undefined) return `trigger ${trigger.name} of ${table.name}`;
  const { columns, constraints } = table.parsed;
  const generated = columns.find((column) => column.generated !== null);
  if (generated !== undefined) return `column ${generated.name} of ${table.name}, which is computed`;
  if (constraints.some((own) => own.kind === 'check' && own.expression.some(({ value }) => names.has(folded(value))))) {
    return `a CHECK of ${table.name}`;
  }
  const index = table.indexes.find(({ sql }) => isComputed(sql));
  if (index !== undefined) return `index ${index.name}`;
  const refers = (key: KeyRows): boolean => referencedBy(key).some((name) => names.has(folded(name)));
  const further = (around.keysTo.get(folded(table.name)) ?? []).find(refers);
  if (further !== undefined) return titleOf(further);
  const own = around.keysOf.get(folded(table.name)) ?? [];
  const broken = own.find(
    (key) => !isSame(key, by) && key.some(({ from }) => names.has(folded(from))) && !fitsKey(key, around),
  );
  return broken === undefined ? null : titleOf(broken);
}

/** Whether an index is over some rows, or computes what it is of. */
function isComputed(sql: string): boolean {
  const { columns, where } = parseIndex(sql);
  return where !== null || columns.some((part) => parseKeyPart(part).term.length !== 1);
}
