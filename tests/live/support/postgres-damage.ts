import { escapeIdentifier as quote, escapeLiteral as literal } from 'pg';
import type { Catalog } from '../../../src/model/catalog.ts';
import { idFor } from '../../../src/model/kinds.ts';
import type {
  CatalogObject,
  ColumnObject,
  ForeignKeyObject,
  FunctionObject,
  IndexObject,
  KeyObject,
  ObjectKind,
  ObjectOf,
} from '../../../src/model/objects.ts';
import { type Damage, type Deed, when } from './damage.ts';

/** All that is done to the objects of a catalog, one deed at a time, in SQL that is written here and by no renderer. */
export const damagesOf = (catalog: Catalog): readonly Damage[] =>
  [...catalog.values()].flatMap((object) =>
    (deeds[object.kind] as (o: CatalogObject, c: Catalog) => readonly Deed[])(object, catalog).map((deed) => ({
      ...deed,
      id: idFor(object),
    })),
  );

const deeds: { readonly [K in ObjectKind]: (o: ObjectOf<K>, catalog: Catalog) => readonly Deed[] } = {
  // A session cannot drop its own database; the command line's tests do.
  database: () => [],
  schema: (o) => [{ how: 'dropped', sql: `DROP SCHEMA ${quote(o.name)} CASCADE` }],
  table: tableDeeds,
  column: columnDeeds,
  key: keyDeeds,
  check: undeclared,
  index: indexDeeds,
  foreignKey: foreignKeyDeeds,
  view: undeclared,
  function: functionDeeds,
  trigger: triggerDeeds,
  grant: grantDeeds,
  backlog: undeclared,
  rows: undeclared,
  dependent: undeclared,
  influence: undeclared,
  version: versionDeeds,
};

function undeclared(object: CatalogObject): never {
  throw new Error(`nothing here can damage ${idFor(object)}`);
}

const tableName = (o: { schema: string; table: string }): string => `${quote(o.schema)}.${quote(o.table)}`;
const list = (columns: readonly string[]): string => `(${columns.map(quote).join(', ')})`;

function tableDeeds(o: ObjectOf<'table'>, catalog: Catalog): readonly Deed[] {
  const table = tableName({ ...o, table: o.name });
  // A permanent table may not reference an unlogged one.
  const pointing = [...catalog.values()].flatMap((k) =>
    k.kind === 'foreignKey' && k.referencedTable === o.name && k.table !== o.name ? [tableName(k)] : [],
  );
  return [
    {
      how: 'dropped',
      sql: `DROP TABLE ${table} CASCADE`,
      ...(pointing.length === 0
        ? {}
        : { refused: { because: 'violates foreign key constraint', until: emptied(pointing) } }),
    },
    {
      how: 'made unlogged',
      sql: [...new Set(pointing), table].map((name) => `ALTER TABLE ${name} SET UNLOGGED`).join('; '),
    },
    {
      how: 'given row security',
      sql: `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY; ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    },
  ];
}

const emptied = (tables: readonly string[]): string => tables.map((table) => `DELETE FROM ${table}`).join('; ');

/** Nobody knows what the rows should have in a column that is gone, nor what others pointed at there. */
function unfillable(o: ColumnObject, catalog: Catalog): NonNullable<Deed['refused']> {
  const pointing = [...catalog.values()].flatMap((k) =>
    k.kind === 'foreignKey' && k.referencedTable === o.table && k.referencedColumns.includes(o.name)
      ? [tableName(k)]
      : [],
  );
  return { because: 'contains null values', until: emptied([...pointing, tableName(o)]) };
}

interface OtherType {
  readonly type: string;
  readonly default: string;
  /** A default for the declared type, where that of the other one does not fit. */
  readonly ofDeclared?: string;
}

/** Values of the sample rows go through these types and back. */
const otherTypes: Readonly<Record<string, OtherType>> = {
  text: { type: 'varchar(40)', default: `'x'` },
  'character varying(255)': { type: 'text', default: `'x'` },
  bigint: { type: 'integer', default: '7' },
  integer: { type: 'bigint', default: '7' },
  boolean: { type: 'integer', default: '1', ofDeclared: 'true' },
  'double precision': { type: 'numeric(10,2)', default: '1.5' },
  'numeric(38,0)': { type: 'numeric(20,0)', default: '7' },
  'numeric(38,15)': { type: 'double precision', default: '7' },
  jsonb: { type: 'json', default: `'{"x": 1}'` },
};

function columnDeeds(o: ColumnObject, catalog: Catalog): readonly Deed[] {
  const column = quote(o.name);
  const alterTable = `ALTER TABLE ${tableName(o)}`;
  const alter = (action: string): string => `${alterTable} ALTER COLUMN ${column} ${action}`;
  const other = otherTypes[o.type];
  if (other === undefined) throw new Error(`no other type for ${o.type}`);
  const hasDefault = o.default !== null;
  const withoutDefault = hasDefault ? [alter('DROP DEFAULT')] : [];
  const retype = [alter(`TYPE ${other.type} USING ${column}::${other.type}`), alter(`SET DEFAULT ${other.default}`)];
  return [
    {
      how: 'dropped',
      sql: `${alterTable} DROP COLUMN ${column} CASCADE`,
      ...(isFillable(o, catalog) ? {} : { refused: unfillable(o, catalog) }),
    },
    {
      how: `made ${other.type}, with its default`,
      sql: [...withoutIndexes(o, catalog), ...withoutDefault, ...retype].join('; '),
    },
    ...when(['bigint', 'integer'].includes(o.type), {
      how: 'made a text with a collation',
      sql: [
        ...withoutIndexes(o, catalog),
        ...withoutDefault,
        alter(`TYPE text COLLATE "C" USING ${column}::text`),
      ].join('; '),
    }),
    { how: 'given another default', sql: alter(`SET DEFAULT ${other.ofDeclared ?? other.default}`) },
    ...when(hasDefault, { how: 'rid of its default', sql: alter('DROP DEFAULT') }),
    ...nullabilityDeeds(o, catalog, alter),
    ...when(!o.nullable && ['bigint', 'integer'].includes(o.type), {
      how: 'made an identity',
      sql: [...withoutDefault, alter('ADD GENERATED ALWAYS AS IDENTITY')].join('; '),
    }),
    ...when(o.type === 'text' && !hasDefault, { how: 'given a collation', sql: alter('TYPE text COLLATE "C"') }),
    ...when(o.type === 'text' && o.nullable, {
      how: 'made generated',
      sql: `${alterTable} DROP COLUMN ${column} CASCADE, ADD COLUMN ${column} text GENERATED ALWAYS AS ('x') STORED`,
      destroys: true,
    }),
  ];
}

/** Whether there is something to put into the column of rows that stand there already. */
const isFillable = (o: ColumnObject, catalog: Catalog): boolean =>
  o.nullable || o.default !== null || isVersion(o, catalog);

const isVersion = (o: ColumnObject, catalog: Catalog): boolean =>
  [...catalog.values()].some((v) => v.kind === 'version' && v.table === o.table);

function nullabilityDeeds(o: ColumnObject, catalog: Catalog, alter: (action: string) => string): readonly Deed[] {
  const [table, column] = [tableName(o), quote(o.name)];
  if (o.nullable) {
    return [{ how: 'made NOT NULL', sql: `DELETE FROM ${table} WHERE ${column} IS NULL; ${alter('SET NOT NULL')}` }];
  }
  if (isInPrimaryKey(o, catalog)) return [];
  const sql = alter('DROP NOT NULL');
  return [
    { how: 'made nullable', sql },
    ...when(o.default !== null, {
      how: 'made nullable, and emptied',
      sql: `${sql}; UPDATE ${table} SET ${column} = NULL`,
      destroys: true,
    }),
  ];
}

/** Indexes that the other type has no operators for. */
const withoutIndexes = (o: ColumnObject, catalog: Catalog): readonly string[] =>
  [...catalog.values()].flatMap((i) =>
    i.kind === 'index' &&
    i.table === o.table &&
    ((i.method !== 'btree' && i.columns.includes(o.name)) || (o.type === 'boolean' && i.predicate?.includes(o.name)))
      ? [`DROP INDEX ${quote(i.schema)}.${quote(i.name)}`]
      : [],
  );

const isInPrimaryKey = (o: ColumnObject, catalog: Catalog): boolean =>
  [...catalog.values()].some((k) => k.kind === 'key' && k.primary && k.table === o.table && k.columns.includes(o.name));

/** Columns of the object's table that are none of these. */
const otherColumns = (o: { table: string }, not: readonly string[], catalog: Catalog): readonly ColumnObject[] =>
  [...catalog.values()].flatMap((c) =>
    c.kind === 'column' && c.table === o.table && c.type !== 'jsonb' && !not.includes(c.name) ? [c] : [],
  );

function keyDeeds(o: KeyObject, catalog: Catalog): readonly Deed[] {
  const drop = `ALTER TABLE ${tableName(o)} DROP CONSTRAINT ${quote(o.name)} CASCADE`;
  const again = (how: string, rest: string): Deed => ({
    how,
    sql: `${drop}; ALTER TABLE ${tableName(o)} ADD CONSTRAINT ${quote(o.name)} ${rest}`,
  });
  const kind = o.primary ? 'PRIMARY KEY' : 'UNIQUE';
  const [other] = otherColumns(o, o.columns, catalog);
  return [
    { how: 'dropped', sql: drop },
    renamedConstraint(o, !o.primary),
    again('made deferrable', `${kind} ${list(o.columns)} DEFERRABLE INITIALLY DEFERRED`),
    ...(o.primary ? [again('made a unique constraint', `UNIQUE ${list(o.columns)}`)] : []),
    ...(o.columns.length > 1 ? [again('made to span a column less', `${kind} ${list(o.columns.slice(1))}`)] : []),
    ...(o.columns.length > 1 ? [again('turned around', `${kind} ${list(o.columns.toReversed())}`)] : []),
    ...(other === undefined
      ? []
      : [
          again('made to span a column more', `${kind} ${list([...o.columns, other.name])}`),
          again('made to include a column', `${kind} ${list(o.columns)} INCLUDE ${list([other.name])}`),
        ]),
  ];
}

/** A table has one primary key at most, so that a renamed one is taken back. */
const renamedConstraint = (o: KeyObject | ForeignKeyObject, isLeft: boolean): Deed => ({
  how: 'renamed',
  sql: `ALTER TABLE ${tableName(o)} RENAME CONSTRAINT ${quote(o.name)} TO a_stranger`,
  ...(isLeft ? { leaves: `ALTER TABLE ${tableName(o)} DROP CONSTRAINT a_stranger` } : {}),
});

function foreignKeyDeeds(o: ForeignKeyObject): readonly Deed[] {
  const drop = `ALTER TABLE ${tableName(o)} DROP CONSTRAINT ${quote(o.name)}`;
  const target = `${quote(o.referencedSchema)}.${quote(o.referencedTable)} ${list(o.referencedColumns)}`;
  const again = (how: string, rest: string): Deed => ({
    how,
    sql: `${drop}; ALTER TABLE ${tableName(o)} ADD CONSTRAINT ${quote(o.name)} FOREIGN KEY ${list(o.columns)} REFERENCES ${target} ${rest}`,
  });
  const cascade = 'ON UPDATE CASCADE ON DELETE CASCADE';
  return [
    { how: 'dropped', sql: drop },
    renamedConstraint(o, true),
    again('made to keep what it points at', ''),
    again('made to forget instead of to follow', 'ON UPDATE CASCADE ON DELETE SET NULL'),
    again('made not valid', `${cascade} NOT VALID`),
    again('made deferrable', `${cascade} DEFERRABLE`),
    again('made to match fully', `MATCH FULL ${cascade}`),
  ];
}

function createIndex(o: IndexObject): string {
  return [
    `CREATE ${o.unique ? 'UNIQUE ' : ''}INDEX ${quote(o.name)} ON ${tableName(o)} USING ${o.method} (${o.columns.join(', ')})`,
    ...(o.include.length === 0 ? [] : [`INCLUDE (${o.include.join(', ')})`]),
    ...(o.predicate === null ? [] : [`WHERE ${o.predicate}`]),
  ].join(' ');
}

function indexDeeds(o: IndexObject, catalog: Catalog): readonly Deed[] {
  const index = `${quote(o.schema)}.${quote(o.name)}`;
  const again: Again<IndexObject> = (how, change) => ({
    how,
    sql: `DROP INDEX ${index}; ${createIndex({ ...o, ...change })}`,
  });
  return [
    { how: 'dropped', sql: `DROP INDEX ${index}` },
    {
      how: 'renamed',
      sql: `ALTER INDEX ${index} RENAME TO a_stranger`,
      leaves: `DROP INDEX ${quote(o.schema)}.a_stranger`,
    },
    {
      how: 'left invalid',
      sql: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = ${literal(index)}::regclass`,
    },
    ...when(o.predicate !== null, again('made total', { predicate: null })),
    ...when(o.include.length > 0, again('rid of what it includes', { include: [] })),
    ...(o.method === 'btree' ? treeDeeds(o, again, catalog) : [again('made a tree', { method: 'btree' })]),
  ];
}

type Again<O> = (how: string, change: Partial<O>) => Deed;

function treeDeeds(o: IndexObject, again: Again<IndexObject>, catalog: Catalog): readonly Deed[] {
  const [first = '', ...rest] = o.columns;
  const isPlain = !o.unique && rest.length + o.include.length === 0 && !first.includes(' ');
  const turned = first.includes(' DESC') ? first.replace(' DESC', '') : `${first} DESC`;
  const free = otherColumns(o, [...o.columns, ...o.include], catalog)[0]?.name;
  return [
    again('made unique or not', { unique: !o.unique }),
    again('turned down or up', { columns: [turned, ...rest] }),
    again('given another condition', { predicate: `${free ?? first.replace(' DESC', '')} IS NOT NULL` }),
    ...when(isPlain, again('made a hash', { method: 'hash' })),
    ...when(rest.length > 0, again('turned around', { columns: o.columns.toReversed() })),
    ...when(rest.length > 0, again('rid of a column', { columns: o.columns.slice(0, -1) })),
    ...(free === undefined
      ? []
      : [
          again('given a column more', { columns: [...o.columns, free] }),
          again('made to include another column', { include: [...o.include, free] }),
        ]),
  ];
}

function functionDeeds(o: FunctionObject): readonly Deed[] {
  const name = `${quote(o.schema)}.${quote(o.name)}`;
  const called = `${name}(${o.signature})`;
  const alter = (how: string, action: string): Deed => ({ how, sql: `ALTER FUNCTION ${called} ${action}` });
  const create = (change: { arguments?: string; returns?: string; body?: string }): string =>
    `CREATE OR REPLACE FUNCTION ${name}(${change.arguments ?? o.arguments}) RETURNS ${change.returns ?? o.returns}
     LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp AS ${literal(change.body ?? o.body)}`;
  const drop = `DROP FUNCTION ${called} CASCADE`;
  return [
    { how: 'dropped', sql: drop },
    { how: 'given another body', sql: create({ body: `BEGIN RAISE EXCEPTION 'not $body$ %', $$gone$$; END` }) },
    { how: 'given a body with one word changed', sql: create({ body: o.body.replace(/END;?\s*$/, 'PERFORM 1; END') }) },
    alter('rid of its search_path', 'RESET ALL'),
    alter('given another search_path', 'SET search_path TO public'),
    alter('given another setting', `SET work_mem TO '64kB'`),
    alter('made security definer', 'SECURITY DEFINER'),
    alter('made stable', 'STABLE'),
    alter('made immutable', 'IMMUTABLE'),
    alter('made strict', 'STRICT'),
    { how: 'kept from everybody', sql: `REVOKE EXECUTE ON FUNCTION ${called} FROM PUBLIC` },
    ...(o.arguments.includes(' DEFAULT ')
      ? [
          {
            how: 'rid of its defaults',
            sql: `${drop}; ${create({ arguments: o.arguments.replaceAll(/ DEFAULT [^,]+/g, '') })}`,
          },
        ]
      : []),
    ...(o.arguments === ''
      ? []
      : [
          {
            how: 'given another argument name',
            sql: `${drop}; ${create({ arguments: o.arguments.replace(/^\S+/, 'another') })}`,
          },
        ]),
    ...(o.returns === 'trigger'
      ? []
      : [{ how: 'made to return something else', sql: `${drop}; ${create({ returns: 'bigint' })}` }]),
  ];
}

function triggerDeeds(o: ObjectOf<'trigger'>): readonly Deed[] {
  const drop = `DROP TRIGGER ${quote(o.name)} ON ${tableName(o)}`;
  const state = (how: string, word: string): Deed => ({
    how,
    sql: `ALTER TABLE ${tableName(o)} ${word} TRIGGER ${quote(o.name)}`,
  });
  const run = `EXECUTE FUNCTION ${quote(o.schema)}.notifications_function()`;
  const again = (how: string, definition: string): Deed => ({
    how,
    sql: `${drop}; CREATE TRIGGER ${quote(o.name)} ${definition.replace('$table', tableName(o))}`,
  });
  return [
    { how: 'dropped', sql: drop },
    state('disabled', 'DISABLE'),
    state('made to run in replicas only', 'ENABLE REPLICA'),
    state('made to run always', 'ENABLE ALWAYS'),
    again('moved to another event', `AFTER UPDATE ON $table FOR EACH ROW ${run}`),
    again('given one event more', `AFTER INSERT OR DELETE ON $table FOR EACH ROW ${run}`),
    again('made to run before', `BEFORE INSERT ON $table FOR EACH ROW ${run}`),
    again('made to run once a statement', `AFTER INSERT ON $table FOR EACH STATEMENT ${run}`),
    again('given a condition', `AFTER INSERT ON $table FOR EACH ROW WHEN (NEW.topic = 'x') ${run}`),
    again(
      'made to run another function',
      'BEFORE INSERT ON $table FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'.replace(
        'INSERT',
        'UPDATE',
      ),
    ),
  ];
}

function versionDeeds(o: ObjectOf<'version'>): readonly Deed[] {
  const insert = (...values: readonly string[]): string =>
    values.map((value) => `INSERT INTO ${tableName(o)} (${quote(o.column)}) VALUES (${value}); `).join('');
  return [
    { how: 'emptied', sql: `DELETE FROM ${tableName(o)}` },
    { how: 'set back', sql: `UPDATE ${tableName(o)} SET ${quote(o.column)} = 0` },
    { how: 'given a second row', sql: insert('0') },
    { how: 'replaced by two rows', sql: `DELETE FROM ${tableName(o)}; ${insert('-7', '0')}` },
  ];
}

function grantDeeds(o: ObjectOf<'grant'>, catalog: Catalog): readonly Deed[] {
  const [schema, role] = [quote(o.schema), quote(o.role)];
  const database = [...catalog.values()].find((d) => d.kind === 'database');
  const byDefault = (what: string): string =>
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} REVOKE ALL ON ${what} FROM ${role}`;
  const sql: { readonly [T in typeof o.on]: string | null } = {
    database: `REVOKE ALL ON DATABASE ${quote(database?.name ?? '')} FROM PUBLIC, ${role}`,
    schema: `REVOKE ALL ON SCHEMA ${schema} FROM ${role}`,
    tables: `REVOKE DELETE ON ${schema}.workflow_status FROM ${role}`,
    // A schema with a sequence is not ours alone, and others' sequences are none of our business.
    sequences: null,
    functions: `REVOKE EXECUTE ON FUNCTION ${schema}.send_message FROM PUBLIC, ${role}`,
    'default tables': byDefault('TABLES'),
    'default sequences': byDefault('SEQUENCES'),
    'default functions': byDefault('FUNCTIONS'),
  };
  const revoke = sql[o.on];
  return revoke === null ? [] : [{ how: 'revoked', sql: revoke }];
}
