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
  ObjectId,
  ObjectKind,
  ObjectOf,
} from '../../../src/model/objects.ts';

/** What somebody does to one declared object by hand. */
export interface Damage {
  readonly how: string;
  readonly sql: string;
  /** What a check must name. */
  readonly id: ObjectId;
  /** Whether it takes the values of the column away, though a column of that name is left. */
  readonly destroys?: boolean;
}

type Deed = Omit<Damage, 'id'>;

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
    { how: 'dropped', sql: `DROP TABLE ${table} CASCADE` },
    {
      how: 'made unlogged',
      sql: [...new Set(pointing), table].map((name) => `ALTER TABLE ${name} SET UNLOGGED`).join('; '),
    },
  ];
}

/** Another type, and what makes it of the declared one. Values of the sample rows go through it and back. */
const otherTypes: Readonly<Record<string, { readonly type: string; readonly default: string }>> = {
  text: { type: 'varchar(40)', default: `'x'` },
  'character varying(255)': { type: 'text', default: `'x'` },
  bigint: { type: 'integer', default: '7' },
  integer: { type: 'bigint', default: '7' },
  boolean: { type: 'integer', default: '1' },
  'double precision': { type: 'numeric(10,2)', default: '1.5' },
  'numeric(38,0)': { type: 'numeric(20,0)', default: '7' },
  'numeric(38,15)': { type: 'double precision', default: '7' },
  jsonb: { type: 'json', default: `'{}'` },
};

const otherDefaults: Readonly<Record<string, string>> = {
  text: `'x'`,
  'character varying(255)': `'x'`,
  bigint: '7',
  integer: '7',
  boolean: 'true',
  'double precision': '1.5',
  'numeric(38,0)': '7',
  'numeric(38,15)': '7',
  jsonb: `'{"x": 1}'`,
};

function columnDeeds(o: ColumnObject, catalog: Catalog): readonly Deed[] {
  const alter = (action: string): string =>
    `ALTER TABLE ${tableName(o)} ALTER COLUMN ${quote(o.name)} ${action.replaceAll('$column', quote(o.name))}`;
  const add = `ALTER TABLE ${tableName(o)} DROP COLUMN ${quote(o.name)} CASCADE, ADD COLUMN ${quote(o.name)}`;
  const other = otherTypes[o.type];
  const otherDefault = otherDefaults[o.type];
  if (other === undefined || otherDefault === undefined) throw new Error(`no other type for ${o.type}`);
  const withoutDefault = o.default === null ? [] : [alter('DROP DEFAULT')];
  const using = alter(`TYPE ${other.type} USING $column::${other.type}`);
  const isNumber = o.type === 'bigint' || o.type === 'integer';
  return [
    { how: 'dropped', sql: `ALTER TABLE ${tableName(o)} DROP COLUMN ${quote(o.name)} CASCADE` },
    {
      how: `made ${other.type}, with its default`,
      sql: [...withoutInverted(o, catalog), ...withoutDefault, using, alter(`SET DEFAULT ${other.default}`)].join('; '),
    },
    { how: 'given another default', sql: alter(`SET DEFAULT ${otherDefault}`) },
    ...(o.default === null ? [] : [{ how: 'rid of its default', sql: alter('DROP DEFAULT') }]),
    ...(o.nullable ? [{ how: 'made NOT NULL', sql: alter('SET NOT NULL') }] : []),
    ...(o.nullable || isInPrimaryKey(o, catalog) ? [] : [{ how: 'made nullable', sql: alter('DROP NOT NULL') }]),
    ...(isNumber && !o.nullable
      ? [{ how: 'made an identity', sql: [...withoutDefault, alter('ADD GENERATED ALWAYS AS IDENTITY')].join('; ') }]
      : []),
    ...(o.type === 'text' && o.default === null
      ? [{ how: 'given a collation', sql: alter('TYPE text COLLATE "C"') }]
      : []),
    ...(o.type === 'text' && o.nullable
      ? [{ how: 'made generated', sql: `${add} text GENERATED ALWAYS AS ('x') STORED`, destroys: true }]
      : []),
  ];
}

/** An index of a method that the other type has no operators for. */
const withoutInverted = (o: ColumnObject, catalog: Catalog): readonly string[] =>
  [...catalog.values()].flatMap((i) =>
    i.kind === 'index' && i.table === o.table && i.method !== 'btree' && i.columns.includes(o.name)
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
    { how: 'renamed', sql: `ALTER TABLE ${tableName(o)} RENAME CONSTRAINT ${quote(o.name)} TO a_stranger` },
    again('made deferrable', `${kind} ${list(o.columns)} DEFERRABLE INITIALLY DEFERRED`),
    again(
      o.primary ? 'made a unique constraint' : 'made to span a column less',
      `UNIQUE ${list(o.primary ? o.columns : o.columns.slice(1))}`,
    ),
    ...(o.columns.length > 1 ? [again('turned around', `${kind} ${list(o.columns.toReversed())}`)] : []),
    ...(other === undefined
      ? []
      : [
          again('made to span a column more', `${kind} ${list([...o.columns, other.name])}`),
          again('made to include a column', `${kind} ${list(o.columns)} INCLUDE ${list([other.name])}`),
        ]),
  ];
}

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
    { how: 'renamed', sql: `ALTER TABLE ${tableName(o)} RENAME CONSTRAINT ${quote(o.name)} TO a_stranger` },
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
  const again = (how: string, change: Partial<IndexObject>): Deed => ({
    how,
    sql: `DROP INDEX ${index}; ${createIndex({ ...o, ...change })}`,
  });
  const [first = '', ...rest] = o.columns;
  const others = otherColumns(o, [...o.columns, ...o.include], catalog).map(({ name }) => name);
  const [other = ''] = others;
  const isTree = o.method === 'btree';
  return [
    { how: 'dropped', sql: `DROP INDEX ${index}` },
    { how: 'renamed', sql: `ALTER INDEX ${index} RENAME TO a_stranger` },
    {
      how: 'left invalid',
      sql: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = ${literal(index)}::regclass`,
    },
    again('given another condition', { predicate: `${other} IS NULL` }),
    ...(o.predicate === null ? [] : [again('made total', { predicate: null })]),
    ...(isTree ? [again('made unique or not', { unique: !o.unique })] : [again('made a tree', { method: 'btree' })]),
    ...(isTree && !o.unique && rest.length === 0 && o.include.length === 0 && !first.includes(' ')
      ? [again('made a hash', { method: 'hash' })]
      : []),
    ...(isTree
      ? [
          again('turned down', {
            columns: [first.includes(' DESC') ? first.replace(' DESC', '') : `${first} DESC`, ...rest],
          }),
          again('given a column more', { columns: [...o.columns, other] }),
          again('made to include another column', { include: [...o.include, other] }),
        ]
      : []),
    ...(rest.length > 0 ? [again('turned around', { columns: o.columns.toReversed() })] : []),
    ...(rest.length > 0 ? [again('rid of a column', { columns: o.columns.slice(0, -1) })] : []),
    ...(o.include.length > 0 ? [again('rid of what it includes', { include: [] })] : []),
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
    { how: 'given a body with one word changed', sql: create({ body: o.body.replace('END', 'PERFORM 1; END') }) },
    alter('rid of its search_path', 'RESET ALL'),
    alter('given another search_path', 'SET search_path TO public'),
    alter('given another setting', `SET work_mem TO '64kB'`),
    alter('made security definer', 'SECURITY DEFINER'),
    alter('made stable', 'STABLE'),
    alter('made immutable', 'IMMUTABLE'),
    alter('made strict', 'STRICT'),
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
  const [database] = [...catalog.values()].filter((d) => d.kind === 'database');
  const byDefault = (what: string): string =>
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} REVOKE ALL ON ${what} FROM ${role}`;
  const sql: { readonly [T in typeof o.on]: string } = {
    database: `REVOKE ALL ON DATABASE ${quote(database?.name ?? '')} FROM PUBLIC, ${role}`,
    schema: `REVOKE ALL ON SCHEMA ${schema} FROM ${role}`,
    tables: `REVOKE DELETE ON ${schema}.workflow_status FROM ${role}`,
    sequences: `REVOKE USAGE ON SEQUENCE ${schema}.a_sequence FROM ${role}`,
    functions: `REVOKE EXECUTE ON FUNCTION ${schema}.send_message FROM PUBLIC, ${role}`,
    'default tables': byDefault('TABLES'),
    'default sequences': byDefault('SEQUENCES'),
    'default functions': byDefault('FUNCTIONS'),
  };
  return [{ how: 'revoked', sql: sql[o.on] }];
}
