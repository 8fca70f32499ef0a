import type { RenderContext } from '../../model/dialect.ts';
import type { Hazard } from '../../model/hazard.ts';
import type { Deferrable, ForeignKeyObject, KeyObject } from '../../model/objects.ts';
import { columnNames } from '../asking.ts';
import {
  addConstraint,
  deferrable,
  deferrableClause,
  dropConstraint,
  renameConstraint,
  replaceConstraint,
} from '../constraint.ts';
import { defaultName } from '../spelling.ts';
import { columnList, type Draft, type KindModule, mayFail, mayOwn, nameOf, relationOf, writing } from './draft.ts';
import { addForeignKey, dropForeignKey } from './foreign-key.ts';
import { contentOf, emptyTable } from './version.ts';

interface KeyRow {
  readonly table: string;
  readonly name: string;
  readonly primary: boolean;
  readonly columns: readonly string[];
  readonly include: readonly string[];
  readonly nullsNotDistinct: boolean;
  readonly deferrable: Deferrable;
  readonly valid: boolean;
}

const query = `SELECT con."table", conname AS name, contype = 'p' AS "primary", ${deferrable} AS deferrable, columns,
    ${columnNames('(i.indkey::smallint[])[i.indnkeyatts : i.indnatts - 1]', 'i.indrelid')} AS include,
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS "nullsNotDistinct",
    i.indisvalid AND i.indisready AND i.indislive AS valid
  FROM con JOIN pg_index i ON i.indexrelid = con.conindid WHERE contype IN ('p', 'u')`;

export const key: KindModule<'key', KeyRow> = {
  rows: () => query,
  read: ({ valid, ...row }, { schema }) => [{ kind: 'key', schema, ...row, ...(valid ? {} : { invalid: true }) }],
  declare: ({ tables }, { schema }) =>
    tables.flatMap(({ name: table, primaryKey, uniques = [] }) => [
      declared({ schema, table, name: `${table}_pkey` }, primaryKey, true),
      ...uniques.map(({ columns, name = defaultName(table, columns, 'key') }) =>
        declared({ schema, table, name }, columns, false),
      ),
    ]),
  write: writing({
    create: ({ to }, context) => [
      ...(isRepeated(to, context) ? [emptyTable(to)] : []),
      built(to, addConstraint(to, keyClause(to)), mayCollide(to, context)),
    ],
    alter: ({ from, to }, context) => {
      const users = sameColumns(from.columns, to.columns) ? foreignKeysTo(from, context) : [];
      return [
        ...users.map(dropForeignKey),
        built(to, replaceConstraint(to, keyClause(to)), mayCollide(to, context)),
        ...users.map((user) => addForeignKey(user, context)),
      ];
    },
    rename: renameConstraint,
    drop: ({ from }) => [dropConstraint(from)],
  }),
  needs: (change) => [
    ...mayOwn(change.type === 'drop' ? change.from : change.to),
    ...(change.type === 'create' || change.type === 'alter' ? [{ right: 'create in the schema' } as const] : []),
  ],
  mend: (o) => dropConstraint(o).sql,
};

const declared = (
  place: Pick<KeyObject, 'schema' | 'table' | 'name'>,
  columns: readonly string[],
  primary: boolean,
): KeyObject => ({
  kind: 'key',
  ...place,
  primary,
  columns,
  include: [],
  nullsNotDistinct: false,
  deferrable: 'no',
});

export const keyClause = (o: KeyObject): string =>
  [
    o.primary ? 'PRIMARY KEY' : 'UNIQUE',
    ...(o.nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    columnList(o.columns),
    ...(o.include.length === 0 ? [] : [`INCLUDE ${columnList(o.include)}`]),
    ...deferrableClause(o),
  ].join(' ');

/** The index of the key is built from all rows. */
const built = (o: KeyObject, draft: Draft, hazards: readonly Hazard[]): Draft => ({
  ...draft,
  scans: [relationOf(o)],
  hazards,
  instead: 'CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX in a transaction of its own',
});

const mayCollide = (o: KeyObject, context: RenderContext): readonly Hazard[] =>
  isRepeated(o, context)
    ? []
    : mayFail(
        context,
        relationOf(o),
        `rows that are equal in ${o.columns.join(', ')} keep the ${nameOf(o)} from being made`,
      );

/**
 * Those of our tables, also under the names of earlier releases, as they are: what is to become of them comes later in
 * the plan. They keep the key from being dropped. So does one of somebody else's table, which is not ours to drop, and
 * then the server refuses.
 */
const foreignKeysTo = (o: KeyObject, { live }: RenderContext): readonly ForeignKeyObject[] =>
  [...live.values()].filter(
    (f): f is ForeignKeyObject =>
      f.kind === 'foreignKey' &&
      f.incoming === undefined &&
      f.referencedSchema === o.schema &&
      f.referencedTable === o.table &&
      sameColumns(f.referencedColumns, o.columns),
  );

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((column) => b.includes(column));

/** Whether a bookkeeping table without its key has one value in two rows. */
function isRepeated(o: KeyObject, { live, target }: RenderContext): boolean {
  const values = contentOf(live, o)?.values ?? [];
  return contentOf(target, o) !== null && new Set(values).size < values.length;
}
