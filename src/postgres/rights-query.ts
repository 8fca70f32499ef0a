import type { Look } from '../model/look.ts';
import { isAmong, list } from './asking.ts';

export const tablePrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
export const sequencePrivileges = ['USAGE', 'SELECT', 'UPDATE'];

const owner = (oid: string): string =>
  `pg_get_userbyid(${oid}) AS owner, (SELECT rolsuper FROM pg_roles r WHERE r.oid = ${oid}) AS "ofSuperuser"`;

/**
 * What the connected role may do, as a part of the catalog query.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE
 */
export const rightsQuery = (look: Look): string => `json_build_object(
    'createDatabase', (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),
    'createSchema', has_database_privilege(current_database(), 'CREATE'),
    'createInSchema', (SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') FROM ns),
    'owners', (SELECT coalesce(json_agg(o), '[]') FROM (
      SELECT 'table' AS kind, relname AS name, ${owner('relowner')} FROM rel WHERE NOT pg_has_role(relowner, 'USAGE')
      UNION ALL SELECT 'function', proname, ${owner('proowner')} FROM fun WHERE NOT pg_has_role(proowner, 'USAGE')) o),
    'without', (SELECT coalesce(json_agg(w), '[]') FROM (
      SELECT privilege, relname AS "table" FROM tab, unnest(ARRAY['INSERT', 'DELETE', 'REFERENCES']) privilege
      WHERE NOT has_table_privilege(tab.oid, privilege)) w),
    'withheld', ${look.role === null ? `'[]'::json` : withheld},
    'withheldWithin', ${look.role === null ? `'[]'::json` : withheldWithin(look)})`;

const withheld = `(SELECT coalesce(json_agg(w.target), '[]') FROM (
      SELECT 'database' WHERE NOT has_database_privilege(current_database(), 'CONNECT WITH GRANT OPTION')
      UNION ALL SELECT 'schema' FROM ns WHERE NOT has_schema_privilege(oid, 'USAGE WITH GRANT OPTION')) w(target))`;

/**
 * ON ALL TABLES and the like reach whatever stands in the schema: where the role has any privilege on it, the server
 * goes on with a warning, and where it has none, that is an error. What is asked about is told in both cases.
 */
function withheldWithin({ relations, functions }: Look): string {
  const within = (kind: 'table' | 'sequence', relkinds: readonly string[], isTold: string, any: readonly string[]) =>
    `SELECT '${kind}s' AS "on", '${kind}' AS kind, relname AS name, ${owner('relowner')}, "hasAny"
        FROM pg_class c JOIN ns ON ns.oid = c.relnamespace, has_${kind}_privilege(c.oid, '${any.join(', ')}') "hasAny"
        WHERE c.relkind IN (${list(relkinds)})
          AND NOT ("hasAny" AND NOT (${isTold} AND NOT has_${kind}_privilege(c.oid, 'SELECT WITH GRANT OPTION')))`;
  return `(SELECT coalesce(json_agg(w), '[]') FROM (
      ${within('table', ['r', 'p', 'v', 'm', 'f'], isAmong('relname', relations), tablePrivileges)}
      UNION ALL ${within('sequence', ['S'], 'true', sequencePrivileges)}
      UNION ALL SELECT 'functions', 'function', proname, ${owner('proowner')}, "hasAny"
        FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace, has_function_privilege(p.oid, 'EXECUTE') "hasAny"
        WHERE p.prokind <> 'p'
          AND NOT ("hasAny" AND NOT (${isAmong('proname', functions)} AND NOT has_function_privilege(p.oid, 'EXECUTE WITH GRANT OPTION')))) w)`;
}
