import type { ForeignKeyDefinition, TableDefinition } from '../../model/definition.ts';
import type { ForeignKeyObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { Look } from '../../model/look.ts';
import type { ForeignKeyRow } from '../catalog-answer.ts';
import { type Around, setsOff } from '../consequences.ts';
import { foreignKeyRows, goesAlong, keysIn, referencedBy } from '../foreign-key-rows.ts';
import { isKey } from '../is-key.ts';
import type { LiveTable } from '../live-table.ts';
import { claimer, conventional, isAmong, schema } from '../names.ts';
import { folded } from '../text/tokens.ts';
import { constraintName } from './constraint-name.ts';
import { type KindModule, noRights, nothing, respelt } from './draft.ts';

export const foreignKey: KindModule<'foreignKey'> = {
  rows: (look) => foreignKeyRows(`t.isOrdinary AND (t.isLooked OR ${isIncoming(look)})`),
  read: ({ tables, answer, around }) => [
    ...tables.flatMap(foreignKeyObjects),
    ...incoming(answer.foreignKey, tables, around),
  ],
  declare: ({ tables }) =>
    tables.flatMap((table) => (table.foreignKeys ?? []).map((definition) => declared(table, definition))),
  respell: (o, spelling) => ({
    ...respelt(o, spelling),
    columns: o.columns.map((name) => spelling.column(o.table, name)),
    referencedTable: spelling.name(o.referencedTable),
    referencedColumns: o.referencedColumns.map((name) => spelling.column(o.referencedTable, name)),
  }),
  // Rows that refer to none are the guard's to find, behind the copying.
  write: { written: 'with its table', hazards: nothing },
  needs: noRights,
  mend: null,
};

/** A reset finds those of others as dependents. Only what speaks of references is asked for its keys. */
const isIncoming = ({ surroundings, reserved, emptied }: Look): string =>
  surroundings ? '0' : `t.sql LIKE '%references%' AND ${isAmong('f."table"', [...reserved, ...emptied])}`;

function foreignKeyObjects({ name: table, parsed, foreignKeys, names }: LiveTable): readonly ForeignKeyObject[] {
  const claim = claimer();
  const constraints = parsed.constraints.filter((constraint) => constraint.kind === 'foreignKey');
  return constraints.map((constraint, i) => {
    // The pragma counts from the last one in the text.
    const rows = foreignKeys.filter(({ id }) => id === constraints.length - 1 - i);
    const [first] = rows;
    if (first === undefined) throw new Error(`foreign key ${i} of ${table} was not read well`);
    const columns = rows.map(({ from }) => names.column(from) ?? from);
    const referenced = referencedBy(rows);
    return {
      kind: 'foreignKey',
      schema,
      table,
      name: claim(constraint.name ?? conventional.foreignKey(table, columns)),
      columns,
      referencedSchema: schema,
      referencedTable: first.parent,
      // Without as many of the parent's, or without a parent at all, the key fits nothing yet.
      referencedColumns: referenced.length === columns.length ? referenced : [],
      onUpdate: first.onUpdate,
      onDelete: first.onDelete,
      match: 'SIMPLE',
      deferrable: constraint.deferrable,
      validated: true,
    };
  });
}

/** Keys of others' tables to ours: their names are nothing but what tells them apart. */
function incoming(
  rows: readonly ForeignKeyRow[],
  tables: readonly LiveTable[],
  around: Around,
): readonly ForeignKeyObject[] {
  const claim = claimer();
  return keysIn(rows.filter(({ isLooked }) => isLooked === 0)).flatMap((own) => {
    const [first] = own;
    const parent = tables.find(({ name }) => folded(name) === folded(first?.parent ?? ''));
    if (first === undefined || parent === undefined) return [];
    const columns = own.map(({ from }) => from);
    const referenced = referencedBy(own);
    const isFollowing = goesAlong(own);
    const fault = isFollowing ? setsOff(own, around) : null;
    return [
      {
        kind: 'foreignKey',
        schema,
        table: first.table,
        name: claim(conventional.foreignKey(first.table, columns)),
        columns,
        referencedSchema: schema,
        referencedTable: parent.name,
        referencedColumns: referenced,
        onUpdate: first.onUpdate,
        onDelete: first.onDelete,
        match: 'SIMPLE',
        deferrable: 'no',
        validated: true,
        incoming: isKey(referenced, columns.length, parent) ? (isFollowing ? 'follows' : 'holds') : 'fits no key',
        ...(fault === null ? {} : { setsOff: fault }),
      },
    ];
  });
}

const declared = (
  { name: table }: TableDefinition,
  { name, columns, references, onUpdate, onDelete }: ForeignKeyDefinition,
): ForeignKeyObject => ({
  kind: 'foreignKey',
  schema,
  table,
  name: name ?? conventional.foreignKey(table, columns),
  columns,
  referencedSchema: schema,
  referencedTable: references.table,
  referencedColumns: references.columns,
  onUpdate,
  onDelete,
  match: 'SIMPLE',
  deferrable: 'no',
  validated: true,
});

const list = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');

/** A foreign key behind the columns of CREATE TABLE. https://www.sqlite.org/foreignkeys.html */
export const foreignKeyClause = (o: ForeignKeyObject): string =>
  [
    `${constraintName(o.name, conventional.foreignKey(o.table, o.columns))}FOREIGN KEY (${list(o.columns)})`,
    `REFERENCES ${quoteIdentifier(o.referencedTable)}`,
    ...(o.referencedColumns.length === 0 ? [] : [`(${list(o.referencedColumns)})`]),
    ...(o.onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${o.onUpdate}`]),
    ...(o.onDelete === 'NO ACTION' ? [] : [`ON DELETE ${o.onDelete}`]),
    ...(o.deferrable === 'no' ? [] : [`DEFERRABLE ${o.deferrable.toUpperCase()}`]),
  ].join(' ');

/** The rows that refer to none, behind SELECT. A join, so that SQLite can make itself an index for it. */
export function orphans(o: ForeignKeyObject): string {
  const pairs = o.columns.map((child, i) => [quoteIdentifier(child), quoteIdentifier(o.referencedColumns[i] ?? '')]);
  const on = pairs.map(([child, parent]) => `p.${parent} = c.${child}`).join(' AND ');
  const isSet = pairs.map(([child]) => `c.${child} IS NOT NULL`).join(' AND ');
  return `FROM ${quoteIdentifier(o.table)} AS c LEFT JOIN ${quoteIdentifier(o.referencedTable)} AS p ON ${on}
WHERE ${isSet} AND p.${pairs[0]?.[1]} IS NULL`;
}
