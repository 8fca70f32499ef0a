import { isOfSchema } from './influences/publication.ts';
import { printable } from './encoding.ts';

/** The columns that SET NULL and SET DEFAULT of a key change; a list of them came with PostgreSQL 15. */
export const freedBy = (key: string): string => `coalesce((SELECT array_agg(k::int2)
        FROM jsonb_array_elements_text(nullif(to_jsonb(${key}) -> 'confdelsetcols', 'null'::jsonb)) k), ${key}.conkey)`;

/** What a delete does to a row that refers to the deleted one: a step has a relation, and the columns that change, if any. */
const stepOf = (key: string): string =>
  `${key}.conrelid AS rel, ${key}.confdeltype IN ('n', 'd') AS "isUpdate", CASE WHEN ${key}.confdeltype IN ('n', 'd') THEN ${freedBy(key)} END AS cols, ${key}.confdeltype = 'd' AS "toDefault"`;

/** All relations whose rows a delete changes by way of a key: partitions of one have numbers of their own for its columns. */
const steps = (key: string): string => `reached AS (
      SELECT ${stepOf(key)}, true AS "isSure"
      UNION SELECT further.* FROM reached CROSS JOIN LATERAL (
        SELECT i.inhrelid, reached."isUpdate", reached.cols, reached."toDefault", false FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition
        WHERE i.inhparent = reached.rel
        UNION ALL SELECT ${stepOf('k')}, true FROM pg_constraint k
        WHERE k.confrelid = reached.rel AND k.contype = 'f' AND NOT reached."isUpdate" AND k.confdeltype IN ('c', 'n', 'd')
      ) further)`;

const touches = (numbers: string): string => `(NOT s."isSure" OR ${numbers}::int2[] && s.cols)`;

const isPublished = (event: string): string => `EXISTS (SELECT FROM pg_publication pub
          LEFT JOIN pg_publication_rel r ON r.prpubid = pub.oid AND r.prrelid = c.oid
          WHERE pub.${event} AND (pub.puballtables OR r.oid IS NOT NULL OR ${isOfSchema('c')}))`;

const privilege = `CASE WHEN s."isUpdate" THEN 'UPDATE' ELSE 'DELETE' END`;

/**
 * What a delete of one of our rows can fail by, behind a foreign key that others have to it with CASCADE or SET NULL: a
 * text for the first of it, in the server's words, and NULL where nothing can. The server does both in the name of the
 * owner of the referring table, and past its row security. https://www.postgresql.org/docs/current/ddl-priv.html
 */
export const consequences = (key: string): string => `(WITH RECURSIVE ${steps(key)}
    SELECT min(f.what COLLATE "C") FROM reached s JOIN pg_class c ON c.oid = s.rel CROSS JOIN LATERAL (
      SELECT pg_describe_object('pg_trigger'::regclass, t.oid, 0) AS what FROM pg_trigger t
        WHERE t.tgrelid = s.rel AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
          AND t.tgtype & CASE WHEN s."isUpdate" THEN 16 ELSE 8 END <> 0
      UNION ALL SELECT pg_describe_object('pg_rewrite'::regclass, r.oid, 0) FROM pg_rewrite r
        WHERE r.ev_class = s.rel AND r.ev_enabled IN ('O', 'A') AND r.ev_type = CASE WHEN s."isUpdate" THEN '2' ELSE '4' END
      UNION ALL SELECT pg_describe_object('pg_constraint'::regclass, k.oid, 0) FROM pg_constraint k
        WHERE k.contype = 'f' AND k.confrelid = s.rel
          AND CASE WHEN s."isUpdate" THEN ${touches('k.confkey')} ELSE k.confdeltype IN ('a', 'r') END
      UNION ALL SELECT pg_describe_object('pg_constraint'::regclass, k.oid, 0) FROM pg_constraint k
        WHERE k.conrelid = s.rel AND s."isUpdate" AND (k.contype IN ('c', 'x') AND (k.conkey IS NULL OR ${touches('k.conkey')})
          OR k.contype = 'f' AND k.confmatchtype = 'f' AND ${touches('k.conkey')} AND NOT (s."isSure" AND k.conkey <@ s.cols))
      UNION ALL SELECT pg_describe_object('pg_class'::regclass, i.indexrelid, 0) FROM pg_index i
        WHERE i.indrelid = s.rel AND s."isUpdate" AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
          OR (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean AND ${touches('i.indkey')})
      UNION ALL SELECT pg_describe_object('pg_class'::regclass, s.rel, a.attnum) FROM pg_attribute a
        WHERE a.attrelid = s.rel AND s."isUpdate" AND a.attnum > 0 AND NOT a.attisdropped AND (a.attgenerated <> ''
          OR ${touches('ARRAY[a.attnum]')} AND (a.attnotnull OR s."toDefault" AND a.atthasdef OR EXISTS (SELECT FROM pg_type t WHERE t.oid = a.atttypid AND t.typtype = 'd')))
      UNION ALL SELECT 'lost rights of its owner, ' || ${printable('pg_get_userbyid(c.relowner)')} || ', on ' || pg_describe_object('pg_class'::regclass, s.rel, 0)
        WHERE NOT (has_schema_privilege(c.relowner, c.relnamespace, 'USAGE') AND has_table_privilege(c.relowner, c.oid, 'SELECT')
          AND has_table_privilege(c.relowner, c.oid, ${privilege}))
      UNION ALL SELECT 'a publication of ' || pg_describe_object('pg_class'::regclass, s.rel, 0) || ', whose rows nothing identifies'
        WHERE c.relpersistence = 'p' AND c.relkind = 'r'
          AND CASE WHEN s."isUpdate" THEN ${isPublished('pubupdate')} ELSE ${isPublished('pubdelete')} END
          AND NOT (c.relreplident = 'f' OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
            AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END))
    ) f)`;
