import type { Catalog } from '../../model/catalog.ts';
import type { RenderContext } from '../../model/dialect.ts';
import { type GrantObject, type GrantTarget, grantTargets } from '../../model/objects.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { list } from '../asking.ts';
import { sequencePrivileges, tablePrivileges } from '../rights-query.ts';
import { type Draft, impossible, type KindModule, qualified, writing } from './draft.ts';

interface GrantRow extends Omit<GrantObject, 'kind' | 'schema' | 'shared'> {
  readonly isShared: boolean;
}

export const grant: KindModule<'grant', GrantRow> = {
  rows: ({ role }) => (role === null ? null : query),
  read: ({ isShared, ...row }, { schema }) => [
    { kind: 'grant', schema, ...row, ...(isShared ? { shared: true } : {}) },
  ],
  declare: (_, { schema, role }) =>
    role === null ? [] : grantTargets.map((on) => ({ kind: 'grant', schema, on, role, lacking: [] })),
  write: writing({
    create: ({ to }, context) => (isShared(context) ? onOurs(to, context) : [onAll(to, context)]),
    alter: ({ from, to }, context) =>
      from.shared === true ? onOurs(to, context, new Set(from.lacking)) : [onAll(to, context)],
    rename: impossible,
    drop: impossible,
  }),
  // Whoever makes what is granted on may grant on it.
  needs: (change) => (change.type === 'alter' ? [{ right: 'grant', grant: change.from }] : []),
  mend: null,
};

const onAll = (o: GrantObject, { target }: RenderContext): Draft => ({ sql: grantStatement(o, databaseOf(target)) });

const isShared = ({ live }: RenderContext): boolean =>
  [...live.values()].some((o) => o.kind === 'grant' && o.shared === true);

/**
 * The same grants on our objects alone, of which `names` are asked for. Default privileges would give the role what
 * others are still to make in the schema, and we have no sequences.
 */
function onOurs(o: GrantObject, context: RenderContext, names?: ReadonlySet<string>): readonly Draft[] {
  const role = quoteIdentifier(o.role);
  const isAsked = (name: string): boolean => names?.has(name) ?? true;
  const ours = [...context.target.values()];
  if (o.on === 'schema' || o.on === 'database') return [onAll(o, context)];
  if (o.on === 'tables') {
    return ours.flatMap((t) =>
      t.kind === 'table' && isAsked(t.name)
        ? [{ sql: `GRANT ALL PRIVILEGES ON TABLE ${qualified(t.schema, t.name)} TO ${role}` }]
        : [],
    );
  }
  if (o.on !== 'functions') return [];
  return ours.flatMap((f) =>
    f.kind === 'function' && isAsked(f.name)
      ? [{ sql: `GRANT EXECUTE ON FUNCTION ${qualified(f.schema, f.name)}(${f.signature}) TO ${role}` }]
      : [],
  );
}

const withoutAll = (privileges: readonly string[], check: string): string =>
  `EXISTS (SELECT FROM unnest(ARRAY[${list(privileges)}]) p WHERE NOT ${check})`;

/**
 * Default privileges belong to the role that will create objects, which is the one connected now: without them the
 * other one lacks what is still to be made.
 */
const notByDefault = (what: string, type: string, privileges: number): string =>
  `SELECT ${quoteLiteral(`${what} to come of `)} || current_user WHERE NOT app.rolsuper AND (SELECT count(DISTINCT x.privilege_type)
      FROM pg_default_acl d JOIN ns ON ns.oid = d.defaclnamespace, aclexplode(d.defaclacl) x
      WHERE d.defaclobjtype = '${type}' AND x.grantee = app.oid
        AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)) < ${privileges}`;

/**
 * What the role lacks in effect of what is looked at: grants to PUBLIC, to groups it inherits from, ownership and
 * superuser rights count. https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE
 */
const lacks: Readonly<Record<GrantTarget, string>> = {
  database: `SELECT 'CONNECT' WHERE NOT has_database_privilege(app.oid, current_database(), 'CONNECT')`,
  schema: `SELECT 'USAGE' FROM ns WHERE NOT has_schema_privilege(app.oid, ns.oid, 'USAGE')`,
  tables: `SELECT relname FROM tab WHERE ${withoutAll(tablePrivileges, 'has_table_privilege(app.oid, tab.oid, p)')}`,
  sequences: `SELECT c.relname FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
    WHERE c.relkind = 'S' AND ${withoutAll(sequencePrivileges, 'has_sequence_privilege(app.oid, c.oid, p)')}`,
  functions: `SELECT DISTINCT proname FROM fun WHERE NOT has_function_privilege(app.oid, fun.oid, 'EXECUTE')`,
  'default tables': notByDefault('tables', 'r', tablePrivileges.length),
  'default sequences': notByDefault('sequences', 'S', sequencePrivileges.length),
  'default functions': notByDefault('functions', 'f', 1),
};

/** What is granted on in a schema that holds objects of others too. */
const alsoShared: ReadonlySet<GrantTarget> = new Set(['database', 'schema', 'tables', 'functions']);

/**
 * Nothing counts as granted in a schema that is still to be made, but the right to connect; and nothing as lacking that
 * is not to be granted.
 */
const query = grantTargets
  .map(
    (on) => `SELECT '${on}' AS "on", app.rolname AS role,
    (SELECT coalesce(json_agg(l.name ORDER BY l.name), '[]') FROM (${lacks[on]}) l(name)
      ${alsoShared.has(on) ? '' : 'WHERE NOT EXISTS (SELECT FROM others)'}) AS lacking,
    EXISTS (SELECT FROM others) AS "isShared"
    FROM app${on === 'database' ? '' : ' WHERE EXISTS (SELECT FROM ns)'}`,
  )
  .join(' UNION ALL ');

/**
 * The statements of the users' page. Default privileges bind to the role that grants them, so they hold for what
 * this role creates later. https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
 */
const statements: Readonly<Record<GrantTarget, (schema: string, role: string, database: string) => string>> = {
  database: (_, role, database) => `GRANT CONNECT ON DATABASE ${database} TO ${role}`,
  schema: (schema, role) => `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
  tables: (schema, role) => `GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
  sequences: (schema, role) => `GRANT ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`,
  functions: (schema, role) => `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`,
  'default tables': (schema, role) => `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ALL ON TABLES TO ${role}`,
  'default sequences': (schema, role) =>
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ALL ON SEQUENCES TO ${role}`,
  'default functions': (schema, role) =>
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT EXECUTE ON FUNCTIONS TO ${role}`,
};

export const grantStatement = (o: GrantObject, database: string): string =>
  statements[o.on](quoteIdentifier(o.schema), quoteIdentifier(o.role), quoteIdentifier(database));

function databaseOf(catalog: Catalog): string {
  for (const object of catalog.values()) if (object.kind === 'database') return object.name;
  throw new Error('a catalog without its database');
}
