import type { IndexDefinition, Predicate, TableDefinition } from '../../model/definition.ts';
import type { IndexObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { IndexColumn, IndexRow } from '../catalog-answer.ts';
import { collationOf, type LiveTable, otherThanBinary } from '../live-table.ts';
import { schema } from '../names.ts';
import { canonical, constantText, nameText } from '../text/canonical.ts';
import { parseIndex, parseKeyPart } from '../text/parse.ts';
import type { Token } from '../text/tokens.ts';
import { type Draft, type KindModule, mayFail, noRights, respelt } from './draft.ts';

export const index: KindModule<'index'> = {
  rows: () => `SELECT json_group_array(json_object('name', name, 'table', tbl_name, 'sql', sql, 'isLooked', isLooked,
  'columns', json((SELECT json_group_array(json_object('column', x.name, 'desc', x."desc", 'coll', x.coll) ORDER BY x.seqno)
    FROM pragma_index_xinfo(found.name, 'main') AS x WHERE x.key))))
FROM found WHERE type = 'index'`,
  read: ({ tables, answer }) => [
    ...tables.flatMap((table) => table.indexes.map((row) => indexObject(row, table))),
    ...answer.index.filter(({ isLooked }) => isLooked === 0).map(namesake),
  ],
  declare: ({ tables }) =>
    tables.flatMap((table) =>
      // An inverted index is none of SQLite's.
      (table.indexes ?? []).filter(({ method }) => method !== 'inverted').map((own) => declared(table, own)),
    ),
  respell: (o, spelling) => ({
    ...respelt(o, spelling),
    columns: o.columns.map((text) => spelling.expression(o.table, text)),
    predicate: o.predicate === null ? null : spelling.expression(o.table, o.predicate),
  }),
  write: {
    written: 'by itself',
    create: (o, context): readonly Draft[] => [
      {
        sql: createIndex(o),
        scans: [o.table],
        hazards: o.unique
          ? mayFail(context, o.table, `rows of ${o.table} may be equal in what must differ`, equal(o))
          : [],
      },
    ],
    drop: (o) => [{ sql: dropIndex(o) }],
  },
  needs: noRights,
  mend: (o) => dropIndex(o),
};

function indexObject({ name, columns, sql }: IndexRow, table: LiveTable): IndexObject {
  const parsed = parseIndex(sql);
  return {
    ...namesake({ name, table: table.name }),
    unique: parsed.unique,
    columns: columns.map((row, i) => columnText(row, parsed.columns[i] ?? [], table)),
    predicate: parsed.where === null ? null : canonical(parsed.where, table.names),
    text: sql,
  };
}

function columnText(
  { column, desc, coll }: IndexColumn,
  tokens: readonly Token[],
  { names, textOf }: LiveTable,
): string {
  const order = desc === 1 ? ' DESC' : '';
  if (column === null) return canonical(parseKeyPart(tokens).expression, names) + order;
  const collation = otherThanBinary(coll);
  const other = collation === collationOf(textOf(column)) ? '' : ` COLLATE ${collation ?? 'BINARY'}`;
  return nameText(column) + other + order;
}

/** No more of somebody else's index than what a message needs. */
const namesake = ({ name, table }: Pick<IndexRow, 'name' | 'table'>): IndexObject => ({
  kind: 'index',
  schema,
  table,
  name,
  method: 'btree',
  unique: false,
  columns: [],
  include: [],
  predicate: null,
  nullsNotDistinct: false,
  valid: true,
});

const declared = (
  { name: table }: TableDefinition,
  { name, unique, columns, include, where }: IndexDefinition,
): IndexObject => ({
  ...namesake({ name, table }),
  unique: unique === true,
  columns: [
    ...columns.map((c) => (typeof c === 'string' ? nameText(c) : `${nameText(c.column)} DESC`)),
    ...(include ?? []).map(nameText),
  ],
  predicate: where === undefined ? null : predicateText(where),
});

function predicateText(predicate: Predicate): string {
  if ('all' in predicate) return predicate.all.map(predicateText).join(' AND ');
  if ('isNull' in predicate) return `${nameText(predicate.isNull)} IS NULL`;
  if ('isNotNull' in predicate) return `${nameText(predicate.isNotNull)} IS NOT NULL`;
  if ('equals' in predicate) return `${nameText(predicate.equals[0])} = ${constantText(predicate.equals[1])}`;
  const [column, values] = predicate.oneOf;
  return `${nameText(column)} IN (${values.map(constantText).join(', ')})`;
}

/** https://www.sqlite.org/lang_createindex.html */
export const createIndex = (o: IndexObject): string =>
  `CREATE ${o.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(o.name)} ` +
  `ON ${quoteIdentifier(o.table)} (${o.columns.join(', ')})` +
  (o.predicate === null ? '' : ` WHERE ${o.predicate}`);

/** The same index once more, on the same table. A comment at the end would hide the semicolon of a script. */
export const sameIndex = (o: IndexObject): Draft => ({
  sql: o.text === undefined ? createIndex(o) : o.text + (o.text.includes('--') && !o.text.endsWith('\n') ? '\n' : ''),
  scans: [o.table],
});

const dropIndex = ({ name }: IndexObject): string => `DROP INDEX ${quoteIdentifier(name)}`;

/** Finds rows that a unique index does not take. */
function equal({ table, columns, predicate }: IndexObject): string {
  const list = columns.map((text) => text.replace(/ DESC$/, '')).join(', ');
  const where = predicate === null ? '' : ` WHERE ${predicate}`;
  return `SELECT ${list}, count(*) FROM ${quoteIdentifier(table)}${where} GROUP BY ${list} HAVING count(*) > 1`;
}
