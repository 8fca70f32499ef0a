import type { TableDefinition } from '../model/definition.ts';
import type { Scope } from '../model/dialect.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import { list, rights, sequencePrivileges, tablePrivileges } from './rights-query.ts';

/**
 * The whole catalog of one schema, as far as it is relevant, in one statement whose only value is a JSON object.
 * It asks pg_catalog by name: information_schema hides what the role may not touch, and takes many times as long to tell keys.
 * Run it with `search_path` set to pg_catalog, so that every name in a printed expression is qualified.
 * https://www.postgresql.org/docs/current/catalogs.html
 */
export function catalogQuery(scope: Scope): string {
  return `WITH
ns AS (SELECT oid FROM pg_namespace WHERE nspname = ${quoteLiteral(scope.schema)}),
rel AS (SELECT c.* FROM pg_class c JOIN ns ON c.relnamespace = ns.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN (${list(relationNames(scope))})),
tab AS (SELECT * FROM rel WHERE relkind IN ('r', 'p', 'f')),
fun AS (SELECT p.*, oidvectortypes(p.proargtypes) AS signature FROM pg_proc p JOIN ns ON p.pronamespace = ns.oid
  WHERE p.prokind = 'f' AND p.proname IN (${list(functionNames(scope))})),
app AS (SELECT oid, rolname, rolsuper FROM pg_roles WHERE rolname = ${quoteLiteral(scope.role ?? '')})
SELECT json_build_object(
  'server', ${server(scope)},
  'schema', EXISTS (SELECT FROM ns),
  'rights', ${rights(scope)},
  'tables', ${tables},
  'columns', ${columns},
  'constraints', ${constraints},
  'indexes', ${indexes},
  'triggers', ${triggers},
  'functions', ${functions},
  'views', ${views},
  'versions', json_build_array(${scope.definitions.tables.flatMap((t) => (t.content === undefined ? [] : [version(t.name, t.content.column, scope.schema)])).join(', ')}),
  'backlogs', json_build_array(${scope.definitions.tables.flatMap((t) => backlog(t, scope)).join(', ')}),
  'grants', ${scope.role === null ? `'[]'::json` : grants(scope)},
  'strangers', ${scope.surroundings === true ? strangers : `'[]'::json`}
) AS catalog`;
}

const relationNames = ({ definitions }: Scope): readonly string[] => [
  ...definitions.tables.map((t) => t.name),
  ...definitions.retired.filter((r) => r.kind === 'table' || r.kind === 'view').map((r) => r.name),
];

const functionNames = ({ definitions }: Scope): readonly string[] => [
  ...definitions.functions.map((f) => f.name),
  ...definitions.retired.filter((r) => r.kind === 'function').map((r) => r.name),
];

/** All rows of a query as one JSON array. */
const rows = (query: string): string => `(SELECT coalesce(json_agg(row_to_json(q)), '[]') FROM (${query}) q)`;

/** The names of numbered columns, in the order of their numbers. */
const names = (numbers: string, relation: string): string =>
  `(SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]') FROM unnest(${numbers}) WITH ORDINALITY k(attnum, n)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.attnum)`;

const server = ({ alternative = '' }: Scope): string => `json_build_object(
    'version', version(), 'number', current_setting('server_version'), 'user', current_user,
    'recovery', pg_is_in_recovery(), 'readOnly', current_setting('default_transaction_read_only') = 'on',
    'role', EXISTS (SELECT FROM app),
    'alternative', EXISTS (SELECT FROM pg_database WHERE datname = ${quoteLiteral(alternative)}))`;

/**
 * A partition takes only the rows of its bounds. Tables that inherit from ours are somebody else's and no part of them.
 * https://www.postgresql.org/docs/current/catalog-pg-inherits.html
 */
const tables = rows(`SELECT relname AS name, relpersistence AS persistence, array_remove(ARRAY[
      CASE relkind WHEN 'p' THEN 'PARTITIONED' WHEN 'f' THEN 'FOREIGN' END,
      CASE WHEN relrowsecurity THEN 'ROW LEVEL SECURITY' END,
      CASE WHEN relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END], NULL)
    || ARRAY(SELECT 'PARTITION OF ' || inhparent::regclass FROM pg_inherits WHERE inhrelid = tab.oid AND relispartition)
    AS options FROM tab`);

const columns = rows(`SELECT tab.relname AS "table", a.attname AS name, a.attnum AS position,
    format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull", a.attidentity AS identity,
    a.attgenerated AS generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation
  FROM tab JOIN pg_attribute a ON a.attrelid = tab.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum`);

/**
 * NOT NULL constraints, which PostgreSQL 18 names too, are part of the column. An exclusion constraint counts as a
 * check: nobody declares one, and it can refuse rows.
 */
const constraints =
  rows(`SELECT tab.relname AS "table", c.conname AS name, c.contype AS type, c.convalidated AS validated,
    coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) AS enforced, c.condeferrable AS deferrable, c.condeferred AS deferred,
    ${names('c.conkey', 'c.conrelid')} AS columns,
    ${names('(i.indkey::smallint[])[i.indnkeyatts : i.indnatts - 1]', 'i.indrelid')} AS include,
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS "nullsNotDistinct",
    fn.nspname AS "referencedSchema", f.relname AS "referencedTable", ${names('c.confkey', 'c.confrelid')} AS "referencedColumns",
    c.confupdtype AS "onUpdate", c.confdeltype AS "onDelete", c.confmatchtype AS match,
    CASE c.contype WHEN 'c' THEN pg_get_expr(c.conbin, c.conrelid) WHEN 'x' THEN pg_get_constraintdef(c.oid) END AS expression
  FROM tab JOIN pg_constraint c ON c.conrelid = tab.oid AND c.contype IN ('p', 'u', 'f', 'c', 'x')
  LEFT JOIN pg_index i ON i.indexrelid = c.conindid AND c.contype IN ('p', 'u')
  LEFT JOIN pg_class f ON f.oid = c.confrelid AND c.contype = 'f' LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace`);

/**
 * An index column prints as its name or expression, then whatever is not what the engine would choose itself:
 * collation, operator class, order. Bit 1 of indoption is DESC, bit 2 NULLS FIRST.
 * https://www.postgresql.org/docs/current/catalog-pg-index.html
 * pg_constraint has an index for its table and none for its index, so both are asked for.
 */
const indexes = rows(`SELECT tab.relname AS "table", c.relname AS name, am.amname AS method, i.indisunique AS "unique",
    i.indisvalid AND i.indisready AS valid, pg_size_pretty(pg_relation_size(c.oid)) AS size, pg_stat_get_numscans(c.oid) AS scans, pg_get_expr(i.indpred, i.indrelid) AS predicate,
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS "nullsNotDistinct",
    (SELECT json_agg(pg_get_indexdef(i.indexrelid, k, false)
      || CASE WHEN i.indcollation[k - 1] NOT IN (0, coalesce(a.attcollation, 0)) THEN ' COLLATE ' || i.indcollation[k - 1]::regcollation::text ELSE '' END
      || CASE WHEN oc.opcdefault THEN '' ELSE ' ' || quote_ident(oc.opcname) END
      || (ARRAY['', ' DESC NULLS LAST', ' NULLS FIRST', ' DESC'])[i.indoption[k - 1] + 1] ORDER BY k)
      FROM generate_series(1, i.indnkeyatts) k JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]
      LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND a.attnum > 0) AS columns,
    (SELECT coalesce(json_agg(pg_get_indexdef(i.indexrelid, k, false) ORDER BY k), '[]')
      FROM generate_series(i.indnkeyatts + 1, i.indnatts) k) AS include
  FROM tab JOIN pg_index i ON i.indrelid = tab.oid JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
  WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = tab.oid AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`);

const triggers =
  rows(`SELECT tab.relname AS "table", t.tgname AS name, t.tgenabled AS enabled, pg_get_triggerdef(t.oid) AS text,
    quote_ident(t.tgname) AS "printedName", quote_ident(tn.nspname) || '.' || quote_ident(tab.relname) AS "printedTable",
    n.nspname AS "functionSchema", p.proname AS "functionName", oidvectortypes(p.proargtypes) AS signature,
    quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS "printedFunction"
  FROM tab JOIN pg_namespace tn ON tn.oid = tab.relnamespace JOIN pg_trigger t ON t.tgrelid = tab.oid AND NOT t.tgisinternal
  JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace`);

/**
 * Everybody may run a function unless that was taken away; an empty ACL stands for the default. Where the default
 * privileges of its owner take it away from all that role's functions, that is the site's choice and no difference.
 * https://www.postgresql.org/docs/current/ddl-priv.html
 */
const everybody = `(EXISTS (SELECT FROM aclexplode(coalesce(fun.proacl, acldefault('f', fun.proowner))) x WHERE x.grantee = 0)
    OR EXISTS (SELECT FROM pg_default_acl d
      WHERE d.defaclobjtype = 'f' AND d.defaclnamespace = 0 AND d.defaclrole = fun.proowner
        AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) x WHERE x.grantee = 0)))`;

const functions = rows(`SELECT fun.proname AS name, fun.signature, pg_get_function_arguments(fun.oid) AS arguments,
    pg_get_function_result(fun.oid) AS returns, l.lanname AS language, fun.provolatile AS volatility,
    fun.prosecdef AS definer, fun.proisstrict AS strict, coalesce(to_json(fun.proconfig), '[]') AS settings,
    ${everybody} AS everybody, fun.prosrc AS body
  FROM fun JOIN pg_language l ON l.oid = fun.prolang`);

const views = rows(`SELECT relname AS name, relkind = 'm' AS materialized, pg_get_viewdef(oid) AS definition
  FROM rel WHERE relkind IN ('v', 'm')`);

/** Without USAGE on its schema no table can be read, whatever is granted on the table. */
const mayUse = `has_schema_privilege((SELECT oid FROM ns), 'USAGE')`;

/**
 * The rows of a bookkeeping table, which need not be there: query_to_xml takes its query as a text, so that a missing
 * table, column or privilege is no error. The highest come first, since one of them may be ahead of us. Null: the rows
 * cannot be read.
 */
function version(table: string, column: string, schema: string): string {
  const value = quoteIdentifier(column);
  const query = `SELECT ${value}::text AS v FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table)} ORDER BY ${value} DESC LIMIT 100`;
  return `(SELECT json_build_object('table', ${quoteLiteral(table)}, 'column', ${quoteLiteral(column)},
    'xml', CASE WHEN ${mayUse} AND has_column_privilege(tab.oid, a.attnum, 'SELECT')
      THEN query_to_xml(${quoteLiteral(query)}, true, false, '')::text END)
    FROM tab JOIN pg_attribute a ON a.attrelid = tab.oid AND a.attname = ${quoteLiteral(column)} AND NOT a.attisdropped
    WHERE tab.relname = ${quoteLiteral(table)})`;
}

/**
 * Whether an older table has rows that the newer one lacks. Asked only while the newer one is missing or the version
 * row is not yet the declared one: once the schema is complete, rows may go again, and big tables need no comparing.
 * Null: that cannot be told, since a table may not be read.
 */
function backlog({ name, takesOver }: TableDefinition, scope: Scope): readonly string[] {
  if (takesOver === undefined) return [];
  const [old, key] = [
    `${quoteIdentifier(scope.schema)}.${quoteIdentifier(takesOver.table)} o`,
    quoteIdentifier(takesOver.columns[0] ?? ''),
  ];
  const all = `SELECT 1 AS v FROM ${old} LIMIT 1`;
  const missing = `SELECT 1 AS v FROM ${old} WHERE NOT EXISTS (SELECT FROM ${quoteIdentifier(scope.schema)}.${quoteIdentifier(name)} n WHERE n.${key} = o.${key}) LIMIT 1`;
  const isThere = `EXISTS (SELECT FROM tab WHERE relname = ${quoteLiteral(name)})`;
  const unreadable = `(SELECT t.relname FROM tab t WHERE t.relname IN (${list([takesOver.table, name])})
      AND NOT (${mayUse} AND has_table_privilege(t.oid, 'SELECT')) ORDER BY 1 LIMIT 1)`;
  return [
    `(SELECT json_build_object('table', ${quoteLiteral(takesOver.table)}, 'into', ${quoteLiteral(name)}, 'columns', ${quoteLiteral(JSON.stringify(takesOver.columns))}::json,
    'unreadable', ${unreadable}, 'xml', CASE WHEN ${isThere} AND ${isComplete(scope)} THEN ''
      WHEN ${unreadable} IS NOT NULL THEN NULL
      WHEN ${isThere} THEN query_to_xml(${quoteLiteral(missing)}, true, false, '')::text
      ELSE query_to_xml(${quoteLiteral(all)}, true, false, '')::text END)
    FROM tab WHERE relname = ${quoteLiteral(takesOver.table)}
      AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = tab.oid AND NOT a.attisdropped
        AND a.attname IN (${list(takesOver.columns)})) = ${takesOver.columns.length})`,
  ];
}

/** Whether every version row is there as declared, which is written last. */
const isComplete = ({ definitions, schema }: Scope): string =>
  definitions.tables
    .flatMap(({ name, content }) =>
      content === undefined
        ? []
        : content.values.map(
            (value) => `coalesce(${version(name, content.column, schema)} ->> 'xml', '') LIKE '%<v>${value}</v>%'`,
          ),
    )
    .join(' AND ') || 'true';

/**
 * What the role lacks in effect: grants to PUBLIC, to groups it inherits from, ownership and superuser rights count.
 * Default privileges belong to the role that will create objects, which is the one connected now: without them it
 * lacks what is still to be made, too.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE
 */
function grants({ definitions }: Scope): string {
  const lacking = (on: string, query: string): string =>
    `json_build_object('on', '${on}', 'lacking', (SELECT coalesce(json_agg(l.name ORDER BY l.name), '[]') FROM (${query}) l(name)))`;
  const privileges = (all: readonly string[], check: string): string =>
    `EXISTS (SELECT FROM unnest(ARRAY[${list(all)}]) p WHERE NOT ${check})`;
  const notByDefault = (on: string, type: string, count: number): string =>
    `SELECT ${quoteLiteral(`${on} to come of `)} || current_user WHERE NOT app.rolsuper AND (SELECT count(DISTINCT x.privilege_type)
        FROM pg_default_acl d JOIN ns ON ns.oid = d.defaclnamespace, aclexplode(d.defaclacl) x
        WHERE d.defaclobjtype = '${type}' AND x.grantee = app.oid
          AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)) < ${count}`;
  const noTables = notByDefault('tables', 'r', tablePrivileges.length);
  const noSequences = notByDefault('sequences', 'S', sequencePrivileges.length);
  const noFunctions = notByDefault('functions', 'f', 1);
  const stillToMake = (all: string, present: string, notGiven: string): string =>
    `SELECT n FROM unnest(ARRAY[${all}]::name[]) n WHERE n NOT IN (${present}) AND EXISTS (${notGiven})`;
  const declared = list(definitions.tables.map((t) => t.name));
  const callable = list(definitions.functions.map((f) => f.name));
  return `(SELECT json_build_array(
    ${lacking('database', `SELECT 'CONNECT' WHERE NOT has_database_privilege(app.oid, current_database(), 'CONNECT')`)},
    ${lacking('schema', `SELECT 'USAGE' FROM ns WHERE NOT has_schema_privilege(app.oid, ns.oid, 'USAGE')`)},
    ${lacking(
      'tables',
      `SELECT relname FROM tab WHERE relname IN (${declared}) AND ${privileges(tablePrivileges, 'has_table_privilege(app.oid, tab.oid, p)')}
        UNION ALL ${stillToMake(declared, 'SELECT relname FROM tab', noTables)}`,
    )},
    ${lacking('sequences', `SELECT c.relname FROM pg_class c JOIN ns ON ns.oid = c.relnamespace WHERE c.relkind = 'S' AND ${privileges(sequencePrivileges, 'has_sequence_privilege(app.oid, c.oid, p)')}`)},
    ${lacking(
      'functions',
      `SELECT proname FROM fun WHERE proname IN (${callable}) AND NOT has_function_privilege(app.oid, fun.oid, 'EXECUTE')
        UNION ALL ${stillToMake(callable, 'SELECT proname FROM fun', noFunctions)}`,
    )},
    ${lacking('default tables', noTables)},
    ${lacking('default sequences', noSequences)},
    ${lacking('default functions', noFunctions)}) FROM app)`;
}

/** What else stands in the schema and would keep it from being dropped. */
const strangers = `(SELECT coalesce(json_agg(s.text ORDER BY s.text), '[]') FROM (
  SELECT pg_describe_object(d.classid, d.objid, 0) AS text
  FROM ns JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = ns.oid AND d.deptype = 'n'
  WHERE NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT oid FROM rel))
    AND NOT (d.classid = 'pg_proc'::regclass AND d.objid IN (SELECT oid FROM fun)) LIMIT 1000) s)`;
