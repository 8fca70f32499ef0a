import type { Scope } from '../model/dialect.ts';
import { quoteLiteral } from '../sql/quote.ts';

export const tablePrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
export const sequencePrivileges = ['USAGE', 'SELECT', 'UPDATE'];

/** A comma-separated list of text constants; never empty, so that IN always parses. */
export const list = (names: readonly string[]): string =>
  names.length === 0 ? `''` : names.map(quoteLiteral).join(', ');

const owner = (oid: string): string =>
  `pg_get_userbyid(${oid}) AS owner, (SELECT rolsuper FROM pg_roles r WHERE r.oid = ${oid}) AS "ofSuperuser"`;

/**
 * What the connected role may do, as a part of the catalog query.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE
 */
export const rights = (scope: Scope): string => `json_build_object(
    'createDatabase', (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),
    'createSchema', has_database_privilege(current_database(), 'CREATE'),
    'createInSchema', (SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') FROM ns),
    'owners', (SELECT coalesce(json_agg(o), '[]') FROM (
      SELECT 'table' AS kind, relname AS name, ${owner('relowner')} FROM rel WHERE NOT pg_has_role(relowner, 'USAGE')
      UNION ALL SELECT 'function', proname, ${owner('proowner')} FROM fun WHERE NOT pg_has_role(proowner, 'USAGE')) o),
    'without', (SELECT coalesce(json_agg(w), '[]') FROM (
      SELECT privilege, relname AS "table" FROM tab, unnest(ARRAY['INSERT', 'DELETE', 'REFERENCES']) privilege
      WHERE NOT has_table_privilege(tab.oid, privilege)) w),
    'withheld', ${scope.role === null ? `'[]'::json` : withheld},
    'withheldWithin', ${scope.role === null ? `'[]'::json` : withheldWithin(scope)})`;

const withheld = `(SELECT coalesce(json_agg(w.target), '[]') FROM (
      SELECT 'database' WHERE NOT has_database_privilege(current_database(), 'CONNECT WITH GRANT OPTION')
      UNION ALL SELECT 'schema' FROM ns WHERE NOT has_schema_privilege(oid, 'USAGE WITH GRANT OPTION')) w(target))`;

/**
 * ON ALL TABLES and the like reach what is not ours, too: there any privilege will do for the server to go on with a
 * warning, and none is an error.
 */
function withheldWithin({ definitions }: Scope): string {
  const within = (relkinds: string, required: string, type: 'table' | 'sequence'): string =>
    `SELECT '${type}s' AS "on", '${type}' AS kind, relname AS name, ${owner('relowner')}
        FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
        WHERE c.relkind IN (${relkinds}) AND NOT has_table_privilege(c.oid, ${required})`;
  const ours = (name: string, names: readonly string[], privilege: string, any: readonly string[]): string =>
    `CASE WHEN ${name} IN (${list(names)}) THEN '${privilege} WITH GRANT OPTION' ELSE '${any.join(', ')}' END`;
  const tables = definitions.tables.map(({ name }) => name);
  const functions = definitions.functions.map(({ name }) => name);
  return `(SELECT coalesce(json_agg(w), '[]') FROM (
      ${within(`'r', 'p', 'v', 'm', 'f'`, ours('relname', tables, 'SELECT', tablePrivileges), 'table')}
      UNION ALL ${within(`'S'`, `'SELECT WITH GRANT OPTION'`, 'sequence')}
      UNION ALL SELECT 'functions', 'function', proname, ${owner('proowner')}
        FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
        WHERE p.prokind <> 'p' AND NOT has_function_privilege(p.oid, ${ours('proname', functions, 'EXECUTE', ['EXECUTE'])})) w)`;
}
