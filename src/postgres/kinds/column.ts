import type { Alter } from '../../model/change.ts';
import { isSafeDefault } from '../../model/default-value.ts';
import type { RenderContext } from '../../model/dialect.ts';
import type { ColumnObject, Domain } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { valueIn } from '../asking.ts';
import { type ColumnRow, columnsQuery } from '../columns-query.ts';
import { isRetyped, retyping } from '../retype.ts';
import { defaultText, typeText } from '../spelling.ts';
import {
  alterTable,
  type Draft,
  differing,
  impossible,
  type KindModule,
  lock,
  losesData,
  mayFail,
  mayOwn,
  nameOf,
  relationOf,
  tableOf,
  writing,
} from './draft.ts';
import { contentOf, deleteStrange, emptyTable } from './version.ts';

export const column: KindModule<'column', ColumnRow> = {
  rows: columnsQuery,
  read: (
    { table, name, position, type, notNull, collation, storage, compression, domain: made, sequence, ...row },
    { schema },
  ) => [
    {
      kind: 'column',
      schema,
      table,
      name,
      position,
      type,
      nullable: !notNull,
      default: row.generated === '' ? row.expression : null,
      generated: row.generated === '' ? null : `(${row.expression}) ${row.generated === 'v' ? 'VIRTUAL' : 'STORED'}`,
      identity: row.identity === 'a' ? 'always' : row.identity === 'd' ? 'by default' : null,
      collation,
      ...(storage === null ? {} : { storage }),
      ...(compression === null ? {} : { compression }),
      ...(made === null ? {} : { domain: valueIn(made) as Domain }),
      ...sequenceOf(sequence),
    },
  ],
  declare: ({ tables }, { schema }) =>
    tables.flatMap(({ name: table, columns }) =>
      Object.entries(columns).map(([name, { type, notNull, default: value }], i) => ({
        kind: 'column',
        schema,
        table,
        name,
        position: i + 1,
        type: typeText(type),
        nullable: notNull !== true,
        default: value === undefined ? null : defaultText(value, type),
        generated: null,
        identity: null,
        collation: null,
      })),
    ),
  write: writing({
    create: ({ to }, context) => addColumn(to, context),
    alter: alterations,
    rename: impossible,
    drop: ({ from }, context) => [
      {
        ...dropColumn(from),
        hazards: losesData(context, relationOf(from), `the values of the ${nameOf(from)} go with it`),
      },
    ],
  }),
  needs: (change) => mayOwn(change.type === 'drop' ? change.from : change.to),
  mend,
};

/** Nothing is said of one that lasts: its state is no part of the definition. */
function sequenceOf(text: string | null): Pick<ColumnObject, 'sequence'> {
  const found = valueIn(text) as { readonly left: number | null; readonly lacking: readonly string[] | null } | null;
  if (found === null) return {};
  const isShort = found.left !== null && found.left < 1e9;
  if (!isShort && found.lacking === null) return {};
  return { sequence: { left: isShort ? found.left : null, lacking: found.lacking ?? [] } };
}

/** The values stay, but for those of a virtual column, which are nowhere. */
function mend(o: ColumnObject): string {
  if (o.generated?.endsWith(' VIRTUAL') === true) return dropColumn(o).sql;
  const name = quoteIdentifier(o.name);
  return (
    grant(o) ??
    alterTable(
      o,
      loosening(o)
        .map((action) => `ALTER COLUMN ${name} ${action}`)
        .join(', '),
    ).sql
  );
}

function grant({ default: value, sequence }: ColumnObject): string | null {
  const [, name] = /^nextval\('(.+)'::regclass\)$/s.exec(value ?? '') ?? [];
  if (name === undefined || sequence === undefined || sequence.lacking.length === 0) return null;
  return `GRANT USAGE ON SEQUENCE ${name.replaceAll("''", "'")} TO ${sequence.lacking.map(quoteIdentifier).join(', ')}`;
}

/** What leaves the runtime to fill nothing. */
function loosening(o: ColumnObject): readonly string[] {
  const isLost = o.sequence !== undefined || (o.default !== null && !isSafeDefault(o.default, o));
  const isFilled = !isLost && (o.default !== null || o.identity !== null);
  const actions = {
    'DROP EXPRESSION': o.generated !== null,
    [`TYPE ${o.domain?.base}`]: o.domain !== undefined,
    'DROP DEFAULT': isLost && o.default !== null,
    'DROP IDENTITY': isLost && o.identity !== null,
    'DROP NOT NULL': !o.nullable && !isFilled,
  };
  return Object.entries(actions).flatMap(([action, isNeeded]) => (isNeeded ? [action] : []));
}

/** A column as it stands in CREATE TABLE and ADD COLUMN. */
export const columnClause = (o: ColumnObject): string =>
  [
    quoteIdentifier(plain(o).name),
    o.type,
    ...(o.collation === null ? [] : [`COLLATE ${o.collation}`]),
    ...(o.default === null ? [] : [`DEFAULT ${o.default}`]),
    ...(o.nullable ? [] : ['NOT NULL']),
  ].join(' ');

/** Without a default, rows that are there are looked through for one that has no value: that is each of them. */
function addColumn(o: ColumnObject, context: RenderContext): readonly Draft[] {
  const table = relationOf(o);
  // Rows of a bookkeeping table say nothing without their column.
  const isContent = contentOf(context.target, o)?.column === o.name;
  const isFilled = o.nullable || o.default !== null;
  return [
    ...(isContent ? [emptyTable(o)] : []),
    {
      ...alterTable(o, `ADD COLUMN ${columnClause(o)}`),
      scans: isVolatile(o.default) || !isFilled ? [table] : [],
      rewrites: isVolatile(o.default) ? [table] : [],
      hazards:
        isFilled || isContent ? [] : mayFail(context, table, `rows of ${table} have no value for the column ${o.name}`),
      instead: 'ADD COLUMN without the default, SET DEFAULT, then fill the rows that are there in batches',
    },
  ];
}

/** Each row gets a value of its own, which is written into it. https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES */
const isVolatile = (value: string | null): boolean => value?.includes('gen_random_uuid()') === true;

function alterations(change: Alter<ColumnObject>, context: RenderContext): readonly Draft[] {
  const { from, to } = change;
  // Nothing of it is stored that could be kept.
  if (from.generated?.endsWith(' VIRTUAL') === true) return [dropColumn(from), ...addColumn(to, context)];
  const fields = differing(change);
  return [
    ...dropStrangeContent(to, fields, context),
    ...makePlain(to, fields),
    ...dropDefault(change, fields),
    ...(isRetyped(fields) ? [retyping(change, context)] : storing(to, fields)),
    ...(fields.has('default') && to.default !== null ? [alterColumn(to, `SET DEFAULT ${to.default}`)] : []),
    ...(!from.nullable && to.nullable ? [alterColumn(to, 'DROP NOT NULL')] : []),
    ...(from.nullable && !to.nullable ? [...fillNulls(to), setNotNull(to, context)] : []),
  ];
}

const dropColumn = (o: ColumnObject): Draft => alterTable(o, `DROP COLUMN ${quoteIdentifier(o.name)}`);

const alterColumn = (o: ColumnObject, action: string): Draft =>
  alterTable(o, `ALTER COLUMN ${quoteIdentifier(o.name)} ${action}`);

/** No definition can ask for a generated column. */
function plain(o: ColumnObject): ColumnObject {
  if (o.generated === null && o.identity === null) return o;
  throw new Error(`no plan can make a generated column, as the ${nameOf(o)}`);
}

type Fields = ReadonlySet<keyof ColumnObject>;

const makePlain = (to: ColumnObject, fields: Fields): readonly Draft[] => [
  ...(fields.has('identity') ? [alterColumn(plain(to), 'DROP IDENTITY')] : []),
  ...(fields.has('generated') ? [alterColumn(plain(to), 'DROP EXPRESSION')] : []),
];

/** What a bookkeeping table should not hold goes before it can be in the way of the column's type or of NOT NULL. */
function dropStrangeContent(to: ColumnObject, fields: Fields, { target }: RenderContext): readonly Draft[] {
  const content = contentOf(target, to);
  return content?.column === to.name && (isRetyped(fields) || fields.has('nullable')) ? [deleteStrange(content)] : [];
}

/** The old default need not be castable to the new type. */
const dropDefault = ({ from, to }: Alter<ColumnObject>, fields: Fields): readonly Draft[] =>
  fields.has('default') && from.default !== null && (to.default === null || isRetyped(fields))
    ? [alterColumn(to, 'DROP DEFAULT')]
    : [];

/**
 * For values that come; those that are there stay as they are stored. A new type brings its own way.
 * https://www.postgresql.org/docs/current/storage-toast.html
 */
const storing = (to: ColumnObject, fields: Fields): readonly Draft[] => [
  ...(fields.has('storage')
    ? [alterColumn(to, `SET STORAGE ${to.storage ?? (to.type.startsWith('numeric') ? 'MAIN' : 'EXTENDED')}`)]
    : []),
  ...(fields.has('compression') ? [alterColumn(to, `SET COMPRESSION ${to.compression ?? 'default'}`)] : []),
];

/** Rows without a value get the default that new rows get; without a default the server refuses, and nothing is lost. */
const fillNulls = (o: ColumnObject): readonly Draft[] =>
  o.default === null
    ? []
    : [
        {
          sql: `UPDATE ONLY ${tableOf(o)} SET ${quoteIdentifier(o.name)} = DEFAULT WHERE ${quoteIdentifier(o.name)} IS NULL`,
          ...lock(relationOf(o), 'ROW EXCLUSIVE'),
          scans: [relationOf(o)],
        },
      ];

const setNotNull = (o: ColumnObject, context: RenderContext): Draft => ({
  ...alterColumn(o, 'SET NOT NULL'),
  scans: [relationOf(o)],
  hazards:
    o.default === null
      ? mayFail(context, relationOf(o), `rows of ${relationOf(o)} may have no value in the column ${o.name}`)
      : [],
  instead:
    'ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT and SET NOT NULL, each in a transaction of its own',
});
