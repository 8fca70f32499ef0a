import type { Change } from '../model/change.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { printable } from './encoding.ts';

/** A foreign key whose columns a change of type would leave without a way to be compared. */
export interface Misfit {
  /** In the server's words: `constraint t_fk on table public.t`. */
  readonly by: string;
  /** Table and name, where it stands in a table of ours. */
  readonly own: string | null;
  /** What would be compared, with the types: `column q of table public.t (uuid)`. */
  readonly column: string;
  readonly referenced: string;
  /** The statement that takes it away. */
  readonly removal: string;
}

interface Retyped {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** Columns that get another type. */
export const retypedBy = (changes: readonly Change[]): readonly Retyped[] =>
  changes.flatMap((change) =>
    change.type === 'alter' && change.from.kind === 'column' && change.to.kind === 'column'
      ? change.from.type === change.to.type
        ? []
        : [change.to]
      : [],
  );

/** All types with what they are made of: domains may stand on domains. */
const bases = `RECURSIVE base AS (
  SELECT oid AS type, oid AS base FROM pg_type WHERE typtype <> 'd'
  UNION ALL SELECT t.oid, b.base FROM base b JOIN pg_type t ON t.typbasetype = b.type AND t.typtype = 'd'
)`;

/**
 * Whether a referencing and a referenced type can be compared as a foreign key needs it: by an operator of the index
 * that the referenced one gets, or as the type that this index is made for.
 * https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-REFERENCES
 * https://www.postgresql.org/docs/current/indexes-opclass.html
 */
const fits = `EXISTS (SELECT FROM pg_am m
    JOIN pg_opclass o ON o.opcmethod = m.oid AND o.opcdefault
    JOIN pg_amop e ON e.amopfamily = o.opcfamily AND e.amopstrategy = 3 AND e.amoplefttype = o.opcintype
  WHERE m.amname = 'btree'
    AND o.opcintype = CASE pb.base WHEN 'varchar'::regtype THEN 'text'::regtype ELSE pb.base END
    AND (e.amoprighttype = fb.base OR (e.amoprighttype = o.opcintype AND EXISTS
      (SELECT FROM pg_cast WHERE castsource = fb.base AND casttarget = o.opcintype AND castcontext = 'i'))))`;

/** Foreign keys in any table that these changes of type would end: the server refuses the change for them. */
export const misfitsQuery = (retyped: readonly Retyped[]): string => `WITH ${bases},
new_type AS (SELECT a.attrelid, a.attnum, to_regtype(r.type)::oid AS type
  FROM (VALUES ${retyped.map((column) => `(${[column.table, column.name, column.type].map(quoteLiteral).join(', ')})`).join(', ')}) r("table", name, type)
  JOIN tab ON tab.relname = r."table" JOIN pg_attribute a ON a.attrelid = tab.oid AND a.attname = r.name AND NOT a.attisdropped)
SELECT DISTINCT ON (c.oid) ${printable(`pg_describe_object('pg_constraint'::regclass, c.oid, 0)`)} AS by,
  (SELECT tab.relname || '.' || c.conname FROM tab WHERE tab.oid = c.conrelid) AS own,
  ${printable(`pg_describe_object('pg_class'::regclass, c.conrelid, k.f) || format(' (%s)', t.f::regtype)`)} AS "column",
  ${printable(`pg_describe_object('pg_class'::regclass, c.confrelid, k.p) || format(' (%s)', t.p::regtype)`)} AS referenced,
  ${printable(`format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname)`)} AS removal
FROM pg_constraint c
CROSS JOIN LATERAL unnest(c.conkey, c.confkey) k(f, p)
JOIN pg_attribute fa ON fa.attrelid = c.conrelid AND fa.attnum = k.f
JOIN pg_attribute pa ON pa.attrelid = c.confrelid AND pa.attnum = k.p
LEFT JOIN new_type fn ON fn.attrelid = c.conrelid AND fn.attnum = k.f
LEFT JOIN new_type pn ON pn.attrelid = c.confrelid AND pn.attnum = k.p
CROSS JOIN LATERAL (SELECT coalesce(fn.type, fa.atttypid) AS f, coalesce(pn.type, pa.atttypid) AS p) t
JOIN base fb ON fb.type = t.f
JOIN base pb ON pb.type = t.p
WHERE c.contype = 'f' AND c.conparentid = 0 AND (fn.type IS NOT NULL OR pn.type IS NOT NULL) AND NOT ${fits}
ORDER BY c.oid, k.f`;

/** Each as what stops the plan, but for those that the plan itself drops or makes anew. */
export const misfitObstacles = (misfits: readonly Misfit[], isFree: (own: string) => boolean): readonly Obstacle[] =>
  misfits
    .filter(({ own }) => own === null || !isFree(own))
    .map(({ by, column, referenced, removal }) => ({
      what: `blocked by ${by}, which could not compare the ${column} with the ${referenced}`,
      remedy: `${removal};   then run it again, give both columns one type, and make it anew`,
    }));
