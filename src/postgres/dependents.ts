import type { Connection, Dependent, Scope } from '../model/dialect.ts';
import { quoteLiteral } from '../sql/quote.ts';

/**
 * Objects of others that would not survive the drop of ours, found by the server's own record of dependencies and
 * followed to the end: a view on a view on a table of ours comes first.
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
export async function dependents(connection: Connection, scope: Scope): Promise<readonly Dependent[]> {
  const rows = await connection.query([`SET LOCAL search_path = pg_catalog`, query(scope)], { timeout: 60_000 });
  return rows.map((row) => ({
    name: String(row['name']),
    drop: String(row['drop']),
    definition: String(row['definition']),
  }));
}

const list = (names: readonly string[]): string => (names.length === 0 ? `''` : names.map(quoteLiteral).join(', '));

const namesOf = ({ definitions }: Scope, kinds: readonly string[]): readonly string[] =>
  definitions.retired.filter((r) => kinds.includes(r.kind)).map((r) => r.name);

const query = (scope: Scope): string => `${ourObjects(scope)},
${theirObjects}
${theirStatements}`;

/** Our relations and functions with all that goes down with them. */
function ourObjects(scope: Scope): string {
  const relations = [...scope.definitions.tables.map((t) => t.name), ...namesOf(scope, ['table', 'view'])];
  const functions = [...scope.definitions.functions.map((f) => f.name), ...namesOf(scope, ['function'])];
  return `WITH RECURSIVE
ns AS (SELECT oid FROM pg_namespace WHERE nspname = ${quoteLiteral(scope.schema)}),
rel AS (SELECT c.oid FROM pg_class c JOIN ns ON ns.oid = c.relnamespace WHERE c.relname IN (${list(relations)})),
ours AS (
  SELECT 'pg_class'::regclass::oid AS class, oid AS object FROM rel
  UNION SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM rel)
  UNION SELECT 'pg_type'::regclass, reltype FROM pg_class WHERE oid IN (SELECT oid FROM rel)
  UNION SELECT 'pg_type'::regclass, typarray FROM pg_type WHERE typrelid IN (SELECT oid FROM rel)
  UNION SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (SELECT oid FROM rel)
  UNION SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM rel)
  UNION SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM rel)
  UNION SELECT 'pg_policy'::regclass, oid FROM pg_policy WHERE polrelid IN (SELECT oid FROM rel)
  UNION SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace WHERE p.proname IN (${list(functions)})
)`;
}

/** A rule stands for its view. Automatic dependencies count from the second step on: the first ones are our own. */
const theirObjects = `link AS (
  SELECT DISTINCT d.refclassid, d.refobjid, d.deptype,
    CASE WHEN r.oid IS NOT NULL THEN 'pg_class'::regclass::oid ELSE d.classid END AS class, coalesce(r.ev_class, d.objid) AS object
  FROM pg_depend d LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  WHERE d.deptype IN ('n', 'a')
),
tree AS (
  SELECT class, object, 0 AS depth FROM ours
  UNION SELECT l.class, l.object, t.depth + 1 FROM tree t
    JOIN link l ON l.refclassid = t.class AND l.refobjid = t.object
    WHERE (l.deptype = 'n' OR t.depth > 0) AND (l.class, l.object) IS DISTINCT FROM (t.class, t.object) AND t.depth < 50
),
found AS (
  SELECT class, object, max(depth) AS depth FROM tree t WHERE NOT EXISTS (SELECT FROM ours o WHERE o.class = t.class AND o.object = t.object)
  GROUP BY class, object
)`;

const theirStatements = `SELECT pg_describe_object(class, object, 0) AS name,
  CASE WHEN con.oid IS NOT NULL THEN format('ALTER TABLE %s DROP CONSTRAINT %I', con.conrelid::regclass, con.conname)
    WHEN trg.oid IS NOT NULL THEN format('DROP TRIGGER %I ON %s', trg.tgname, trg.tgrelid::regclass)
    WHEN pol.oid IS NOT NULL THEN format('DROP POLICY %I ON %s', pol.polname, pol.polrelid::regclass)
    ELSE format('DROP %s %s', upper(i.type), i.identity) END AS drop,
  CASE WHEN con.oid IS NOT NULL THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', con.conrelid::regclass, con.conname, pg_get_constraintdef(con.oid))
    WHEN trg.oid IS NOT NULL THEN pg_get_triggerdef(trg.oid)
    WHEN pro.oid IS NOT NULL THEN pg_get_functiondef(pro.oid)
    WHEN cls.relkind IN ('v', 'm') THEN format('CREATE %s %s AS %s', upper(i.type), i.identity, rtrim(pg_get_viewdef(cls.oid), ';'))
    ELSE i.type || ' ' || i.identity END || ';' AS definition
FROM found
CROSS JOIN LATERAL pg_identify_object(class, object, 0) i
LEFT JOIN pg_constraint con ON class = 'pg_constraint'::regclass AND con.oid = object
LEFT JOIN pg_trigger trg ON class = 'pg_trigger'::regclass AND trg.oid = object
LEFT JOIN pg_policy pol ON class = 'pg_policy'::regclass AND pol.oid = object
LEFT JOIN pg_proc pro ON class = 'pg_proc'::regclass AND pro.oid = object AND pro.prokind <> 'a'
LEFT JOIN pg_class cls ON class = 'pg_class'::regclass AND cls.oid = object
ORDER BY depth DESC, name`;
