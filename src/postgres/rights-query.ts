import type { Look } from '../model/look.ts';
import { isAtHand } from './becoming.ts';

export const tablePrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
export const sequencePrivileges = ['USAGE', 'SELECT', 'UPDATE'];

const owner = (oid: string): string =>
  `pg_get_userbyid(${oid}) AS owner, (SELECT rolsuper FROM pg_roles r WHERE r.oid = ${oid}) AS "ofSuperuser",
      pg_has_role(${oid}, 'MEMBER') AND NOT pg_has_role(${oid}, 'USAGE') AS "isDormant", ${isAtHand(oid)} AS "isAtHand",
      EXISTS (SELECT FROM pg_auth_members a WHERE a.roleid = ${oid} AND a.member = current_user::regrole) AS "isDirect"`;

/**
 * What the connected role may do, as a part of the catalog query.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE
 */
export const rightsQuery = (look: Look): string => `json_build_object(
    'createDatabase', (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),
    'inherits', (SELECT rolinherit FROM pg_roles WHERE rolname = current_user),
    'createSchema', has_database_privilege(current_database(), 'CREATE'),
    'createInSchema', (SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') FROM ns),
    'databaseOwner', (SELECT row_to_json(o) FROM (SELECT ${owner('datdba')} FROM pg_database WHERE datname = current_database()) o),
    'schemaOwner', (SELECT row_to_json(o) FROM (SELECT ${owner('nspowner')} FROM pg_namespace n JOIN ns ON ns.oid = n.oid) o),
    'owners', (SELECT coalesce(json_agg(o), '[]') FROM (
      SELECT 'table' AS kind, relname AS name, ${owner('relowner')} FROM rel WHERE NOT pg_has_role(relowner, 'USAGE')
      UNION ALL SELECT 'function', proname, ${owner('proowner')} FROM fun WHERE NOT pg_has_role(proowner, 'USAGE')) o),
    'without', (SELECT coalesce(json_agg(w), '[]') FROM (
      SELECT privilege, relname AS "table", ${owner('relowner')} FROM tab, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES']) privilege
      WHERE NOT has_table_privilege(tab.oid, privilege)) w),
    'withheld', ${look.role === null ? `'[]'::json` : withheld},
    'withheldWithin', ${look.role === null ? `'[]'::json` : withheldWithin})`;

const withheld = `(SELECT coalesce(json_agg(w.target), '[]') FROM (
      SELECT 'database' WHERE NOT has_database_privilege(current_database(), 'CONNECT WITH GRANT OPTION')
      UNION ALL SELECT 'schema' FROM ns WHERE NOT has_schema_privilege(oid, 'USAGE WITH GRANT OPTION')) w(target))`;

/**
 * ON ALL TABLES and the like reach all of the schema, and are used where it holds nothing but ours: where the role has
 * any privilege on an object, the server goes on with a warning, and where it has none, that is an error.
 */
const withheldWithin = `(SELECT coalesce(json_agg(w), '[]') FROM (
      SELECT 'tables' AS "on", 'table' AS kind, relname AS name, ${owner('relowner')}, "hasAny"
        FROM rel, has_table_privilege(rel.oid, '${tablePrivileges.join(', ')}') "hasAny"
        WHERE NOT ("hasAny" AND has_table_privilege(rel.oid, 'SELECT WITH GRANT OPTION'))
      UNION ALL SELECT 'functions', 'function', proname, ${owner('proowner')}, "hasAny"
        FROM fun, has_function_privilege(fun.oid, 'EXECUTE') "hasAny"
        WHERE NOT ("hasAny" AND has_function_privilege(fun.oid, 'EXECUTE WITH GRANT OPTION'))) w)`;
