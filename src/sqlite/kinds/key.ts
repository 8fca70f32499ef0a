import type { ChangeOf } from '../../model/change.ts';
import type { TableDefinition } from '../../model/definition.ts';
import type { RenderContext } from '../../model/dialect.ts';
import type { Hazard } from '../../model/hazard.ts';
import type { KeyObject, TableObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { collationOf, type LiveTable, otherThanBinary } from '../live-table.ts';
import { claimer, conventional, schema } from '../names.ts';
import { parseKeyPart } from '../text/parse.ts';
import type { Token } from '../text/tokens.ts';
import { constraintName } from './constraint-name.ts';
import { type KindModule, mayFail, noRights, respelt } from './draft.ts';

export const key: KindModule<'key'> = {
  rows: null,
  read: ({ tables }) => tables.flatMap(keyObjects),
  declare: ({ tables }) => tables.flatMap(declared),
  respell: (o, spelling) => ({
    ...respelt(o, spelling),
    columns: o.columns.map((text) => {
      const { name, suffix } = split(text);
      return spelling.column(o.table, name) + suffix;
    }),
  }),
  write: { written: 'with its table', hazards },
  needs: noRights,
  mend: null,
};

/** A repeated constraint makes no second index, and is left out; what it says about conflicts holds for the first. */
function keyObjects(table: LiveTable): readonly KeyObject[] {
  const claim = claimer();
  const keys = new Map<string, KeyObject>();
  for (const constraint of table.parsed.constraints) {
    if (constraint.kind !== 'key') continue;
    const { primary, onConflict } = constraint;
    const columns = constraint.columns.map((tokens) => keyColumn(tokens, table));
    const text = JSON.stringify([primary, columns]);
    const earlier = keys.get(text);
    if (earlier !== undefined) {
      if (onConflict !== null) keys.set(text, { onConflict, ...earlier });
      continue;
    }
    const name = claim(constraint.name ?? unnamed(table.name, primary, columns));
    keys.set(text, {
      ...keyObject(table.name, name, columns, primary),
      ...(onConflict === null ? {} : { onConflict }),
    });
  }
  return [...keys.values()];
}

const unnamed = (table: string, primary: boolean, columns: readonly string[]): string =>
  primary ? conventional.primaryKey(table) : conventional.unique(table, columns.map(keyColumnName));

function keyColumn(tokens: readonly Token[], { names, textOf }: LiveTable): string {
  const { term, collation, descending } = parseKeyPart(tokens);
  const name = term[0]?.value ?? '';
  const other =
    collation === null || otherThanBinary(collation) === collationOf(textOf(name)) ? '' : ` COLLATE ${collation}`;
  return (names.column(name) ?? name) + other + (descending ? ' DESC' : '');
}

const declared = ({ name: table, primaryKey, uniques = [] }: TableDefinition): readonly KeyObject[] => [
  keyObject(table, conventional.primaryKey(table), primaryKey, true),
  ...uniques.map(({ name, columns }) => keyObject(table, name ?? conventional.unique(table, columns), columns, false)),
];

const keyObject = (table: string, name: string, columns: readonly string[], primary: boolean): KeyObject => ({
  kind: 'key',
  schema,
  table,
  name,
  primary,
  columns,
  include: [],
  nullsNotDistinct: false,
  deferrable: 'no',
});

/** A renamed key, or one that says something else about conflicts, asks nothing of rows that the old one did not. */
function hazards(change: ChangeOf<'key'>, context: RenderContext): readonly Hazard[] {
  if (change.type === 'drop' || change.type === 'rename') return [];
  const { table, columns } = change.to;
  if (change.type === 'alter' && change.from.columns.join() === columns.join()) return [];
  const list = columns.map((text) => quoteIdentifier(keyColumnName(text))).join(', ');
  const query = `SELECT ${list}, count(*) FROM ${quoteIdentifier(table)} GROUP BY ${list} HAVING count(*) > 1`;
  return mayFail(context, table, `rows of ${table} may be equal in (${columns.join(', ')})`, query);
}

/** A primary key of one column stands behind the column: only there can it be AUTOINCREMENT. */
export const isInline = (o: KeyObject): boolean =>
  o.primary && o.columns.length === 1 && !/ COLLATE /.test(o.columns[0] ?? '');

/** A primary key behind its column. */
export function inlineKey(o: KeyObject, table: TableObject): string {
  const order = split(o.columns[0] ?? '').suffix;
  return `PRIMARY KEY${order}${conflictClause(o)}${table.options.includes('AUTOINCREMENT') ? ' AUTOINCREMENT' : ''}`;
}

/** A key behind the columns of CREATE TABLE. */
export function keyClause(o: KeyObject): string {
  const columns = o.columns.map((text) => quoteIdentifier(split(text).name) + split(text).suffix);
  const kind = o.primary ? 'PRIMARY KEY' : 'UNIQUE';
  const name = constraintName(o.name, unnamed(o.table, o.primary, o.columns));
  return `${name}${kind} (${columns.join(', ')})${conflictClause(o)}`;
}

/** The column's name, without what an inline key may not repeat. */
export const keyColumnName = (column: string): string => split(column).name;

function split(column: string): { readonly name: string; readonly suffix: string } {
  const suffix = / COLLATE \S+(?: DESC)?$| DESC$/.exec(column)?.[0] ?? '';
  return { name: column.slice(0, column.length - suffix.length), suffix };
}

const conflictClause = ({ onConflict }: KeyObject): string =>
  onConflict === undefined ? '' : ` ON CONFLICT ${onConflict}`;
