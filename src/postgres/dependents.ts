import type { Look } from '../model/look.ts';
import { list } from './asking.ts';

/** Our relations and functions with all that goes down with them. */
const ourObjects = ({ spared }: Look): string => `WITH RECURSIVE going AS (
  SELECT oid, reltype FROM rel WHERE relname NOT IN (${list(spared)})
),
ours AS (
  SELECT 'pg_class'::regclass::oid AS class, oid AS object FROM going
  UNION SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM going)
  UNION SELECT 'pg_type'::regclass, reltype FROM going
  UNION SELECT 'pg_type'::regclass, typarray FROM pg_type WHERE typrelid IN (SELECT oid FROM going)
  UNION SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (SELECT oid FROM going)
  UNION SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM going)
  UNION SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM going)
  UNION SELECT 'pg_policy'::regclass, oid FROM pg_policy WHERE polrelid IN (SELECT oid FROM going)
  UNION SELECT 'pg_proc'::regclass, oid FROM fun WHERE format('%s(%s)', proname, signature) NOT IN (${list(spared)})
)`;

/**
 * The rule that makes a view stands for it. Automatic dependencies count from the second step on: the first ones are
 * our own, but for places in publications and extended statistics.
 */
const theirObjects = `link AS (
  SELECT DISTINCT d.refclassid, d.refobjid, d.deptype,
    CASE WHEN r.oid IS NOT NULL THEN 'pg_class'::regclass::oid ELSE d.classid END AS class, coalesce(r.ev_class, d.objid) AS object
  FROM pg_depend d
  LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.rulename = '_RETURN'
  WHERE d.deptype IN ('n', 'a')
),
tree AS (
  SELECT class, object, 0 AS depth FROM ours
  UNION SELECT l.class, l.object, t.depth + 1 FROM tree t
    JOIN link l ON l.refclassid = t.class AND l.refobjid = t.object
    WHERE (l.deptype = 'n' OR t.depth > 0 OR l.class IN ('pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass)) AND (l.class, l.object) IS DISTINCT FROM (t.class, t.object) AND t.depth < 50
),
found AS (
  SELECT class, object, max(depth) AS depth FROM tree t WHERE NOT EXISTS (SELECT FROM ours o WHERE o.class = t.class AND o.object = t.object)
  GROUP BY class, object
)`;

const policyDefinition = `format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', pol.polname, pol.polrelid::regclass,
      CASE WHEN pol.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE pol.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(pol.polroles) role),
      ' USING (' || pg_get_expr(pol.polqual, pol.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(pol.polwithcheck, pol.polrelid) || ')')`;

const viewDefinition = `format('CREATE %s %s%s AS %s', upper(i.type), i.identity,
      ' WITH (' || array_to_string(cls.reloptions, ', ') || ')', rtrim(pg_get_viewdef(cls.oid), ';'))`;

const owner = 'coalesce(pro.proowner, cls.relowner)';

/** What the definition of an object does not say: its owner, who may use it, and comments, those of columns included. */
const furtherStatements = `SELECT string_agg(E'\\n' || statement || ';', '' ORDER BY step, statement) AS text FROM (
    SELECT 1 AS step, format('ALTER %s %s OWNER TO %I', upper(i.type), i.identity, pg_get_userbyid(${owner})) AS statement
    WHERE ${owner} <> (SELECT oid FROM pg_roles WHERE rolname = current_user) AND coalesce(cls.relkind, 'f') <> 'i'
    UNION ALL
    SELECT 2, format('REVOKE ALL ON %s %s FROM PUBLIC', upper(i.type), i.identity) WHERE pro.proacl IS NOT NULL
    UNION ALL
    SELECT 3, format('GRANT %s%s ON %s TO %s%s', acl.privilege_type, rights.columns,
      CASE WHEN pro.oid IS NULL THEN i.identity ELSE upper(i.type) || ' ' || i.identity END,
      CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END,
      CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' END)
    FROM (
      SELECT coalesce(pro.proacl, cls.relacl) AS acl, '' AS columns
      UNION ALL SELECT attacl, format(' (%I)', attname) FROM pg_attribute WHERE attrelid = cls.oid
    ) rights, aclexplode(rights.acl) acl
    WHERE acl.grantee <> ${owner}
    UNION ALL
    SELECT 4, format('COMMENT ON %s IS %L',
      CASE WHEN d.objsubid > 0 THEN format('COLUMN %s.%I', i.identity, a.attname)
        WHEN con.oid IS NOT NULL THEN 'CONSTRAINT ' || i.identity ELSE upper(i.type) || ' ' || i.identity END, d.description)
    FROM pg_description d LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
    WHERE d.classoid = class AND d.objoid = object
  ) further`;

/** The relation that it is or stands on, and those that its foreign keys point at. */
const lockedRelations = `(SELECT coalesce(json_agg(n.nspname || '.' || c.relname ORDER BY n.nspname || '.' || c.relname), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = ANY (ARRAY[con.conrelid, con.confrelid, trg.tgrelid, pol.polrelid, rul.ev_class, def.adrelid,
      CASE WHEN cls.relkind = 'i' THEN (SELECT indrelid FROM pg_index WHERE indexrelid = cls.oid) ELSE cls.oid END]
      || ARRAY(SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = cls.oid)))`;

/** The statement that drops an object by itself. */
export const removal = `CASE WHEN con.contypid <> 0 THEN format('ALTER DOMAIN %s DROP CONSTRAINT %I', con.contypid::regtype, con.conname)
    WHEN con.oid IS NOT NULL THEN format('ALTER TABLE %s DROP CONSTRAINT %I', con.conrelid::regclass, con.conname)
    WHEN trg.oid IS NOT NULL THEN format('DROP TRIGGER %I ON %s', trg.tgname, trg.tgrelid::regclass)
    WHEN pol.oid IS NOT NULL THEN format('DROP POLICY %I ON %s', pol.polname, pol.polrelid::regclass)
    WHEN rul.oid IS NOT NULL THEN format('DROP RULE %I ON %s', rul.rulename, rul.ev_class::regclass)
    WHEN def.oid IS NOT NULL THEN format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', def.adrelid::regclass, att.attname)
    WHEN pub.oid IS NOT NULL THEN format('ALTER PUBLICATION %I DROP TABLE %s', pub.pubname, pub.prrelid::regclass)
    WHEN class = 'pg_statistic_ext'::regclass THEN format('DROP STATISTICS %s', i.identity)
    ELSE format('DROP %s %s', upper(i.type), i.identity) END`;

/** What the catalogs say of an object that is known by `class` and `object`. */
export const catalogRows = `CROSS JOIN LATERAL pg_identify_object(class, object, 0) i
LEFT JOIN pg_constraint con ON class = 'pg_constraint'::regclass AND con.oid = object
LEFT JOIN pg_trigger trg ON class = 'pg_trigger'::regclass AND trg.oid = object
LEFT JOIN pg_policy pol ON class = 'pg_policy'::regclass AND pol.oid = object
LEFT JOIN pg_rewrite rul ON class = 'pg_rewrite'::regclass AND rul.oid = object
LEFT JOIN pg_attrdef def ON class = 'pg_attrdef'::regclass AND def.oid = object
LEFT JOIN pg_attribute att ON att.attrelid = def.adrelid AND att.attnum = def.adnum
LEFT JOIN pg_proc pro ON class = 'pg_proc'::regclass AND pro.oid = object AND pro.prokind <> 'a'
LEFT JOIN pg_class cls ON class = 'pg_class'::regclass AND cls.oid = object
LEFT JOIN (SELECT r.*, p.pubname FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid) pub
  ON class = 'pg_publication_rel'::regclass AND pub.oid = object`;

/** Lists of columns and conditions came with PostgreSQL 15. https://www.postgresql.org/docs/current/view-pg-publication-tables.html */
const publicationDefinition = `format('ALTER PUBLICATION %I ADD TABLE %s%s%s', pub.pubname, pub.prrelid::regclass,
      (SELECT ' (' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')' FROM pg_attribute
        WHERE attrelid = pub.prrelid AND to_jsonb(pub) -> 'prattrs' @> to_jsonb(attnum)),
      (SELECT ' WHERE ' || (to_jsonb(t) ->> 'rowfilter') FROM pg_publication_tables t
        JOIN pg_class c ON c.oid = pub.prrelid AND c.relname = t.tablename AND c.relnamespace::regnamespace::text = quote_ident(t.schemaname)
        WHERE t.pubname = pub.pubname))`;

/**
 * How each is dropped and made again. What holds rows, as a table with a column of one of our row types does, is made
 * again by no definition, and nor is what a generated column computed: these have none.
 */
const theirStatements = `SELECT pg_describe_object(class, object, 0) AS name, depth, ${lockedRelations} AS relations,
  ${removal} AS removal,
  (CASE WHEN con.contypid <> 0 THEN format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', con.contypid::regtype, con.conname, pg_get_constraintdef(con.oid))
    WHEN con.oid IS NOT NULL THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', con.conrelid::regclass, con.conname, pg_get_constraintdef(con.oid))
    WHEN trg.oid IS NOT NULL THEN pg_get_triggerdef(trg.oid)
    WHEN pol.oid IS NOT NULL THEN ${policyDefinition}
    WHEN rul.oid IS NOT NULL THEN rtrim(pg_get_ruledef(rul.oid), ';')
    WHEN pub.oid IS NOT NULL THEN ${publicationDefinition}
    WHEN class = 'pg_statistic_ext'::regclass THEN pg_get_statisticsobjdef(object)
    WHEN att.attgenerated = '' THEN format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', def.adrelid::regclass, att.attname, pg_get_expr(def.adbin, def.adrelid))
    WHEN pro.oid IS NOT NULL THEN pg_get_functiondef(pro.oid)
    WHEN cls.relkind IN ('v', 'm') THEN ${viewDefinition}
    WHEN cls.relkind = 'i' THEN pg_get_indexdef(cls.oid) END || ';') || coalesce(further.text, '') AS definition
FROM found
${catalogRows}
CROSS JOIN LATERAL (${furtherStatements}) further`;

/**
 * Objects of others that would not survive the drop of ours, found by the server's own record of dependencies and
 * followed to the end, as a part of the catalog query. What stands on another one is deeper.
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
export const dependentsQuery = (look: Look): string => `${ourObjects(look)},
${theirObjects}
${theirStatements}`;
