import { isAmong } from '../asking.ts';
import { qualified } from '../kinds/draft.ts';
import { isConfusable, type Routine } from './overload.ts';
import type { Source } from './source.ts';

interface RoutineRow {
  readonly name: string;
  readonly signature: string;
  readonly type: 'procedure' | 'aggregate' | 'window function';
  readonly theirs: Routine;
  /** Functions of that name; null where there are none. */
  readonly ours: readonly Routine[] | null;
}

/** OUT arguments are not counted, and of a VARIADIC one the type is that of an element. */
const routineOf = (p: string): string => `json_build_object(
      'defaults', ${p}.pronargdefaults, 'isVariadic', ${p}.provariadic <> 0,
      'parameters', (SELECT coalesce(json_agg(json_build_object('type', t.oid::regtype, 'category', t.typcategory, 'isPreferred', t.typispreferred,
          'name', nullif((ARRAY(SELECT n FROM unnest(${p}.proargnames) WITH ORDINALITY a(n, k)
            WHERE coalesce(${p}.proargmodes[k::int], 'i') IN ('i', 'b', 'v') ORDER BY k))[i::int], '')) ORDER BY i), '[]')
        FROM unnest(${p}.proargtypes) WITH ORDINALITY a(type, i)
        JOIN pg_type t ON t.oid = CASE WHEN ${p}.provariadic <> 0 AND i = ${p}.pronargs THEN ${p}.provariadic ELSE a.type END))`;

/**
 * Procedures, aggregates and window functions with the name of a function of ours. Functions are read as their own kind.
 * A trigger's function is known by more than its name. https://www.postgresql.org/docs/current/catalog-pg-proc.html
 */
export const routine: Source<RoutineRow> = {
  mayBeThere: (look) =>
    `EXISTS (SELECT FROM ns JOIN pg_proc p ON p.pronamespace = ns.oid AND p.prokind <> 'f' AND ${isAmong('p.proname', look.functions)})`,
  rows: (look) => `SELECT p.proname AS name, oidvectortypes(p.proargtypes) AS signature,
    CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'window function' END AS type,
    ${routineOf('p')} AS theirs,
    (SELECT json_agg(${routineOf('fun')}) FROM fun WHERE fun.proname = p.proname AND fun.prorettype <> 'trigger'::regtype) AS ours
  FROM ns JOIN pg_proc p ON p.pronamespace = ns.oid AND p.prokind <> 'f' AND ${isAmong('p.proname', look.functions)}`,
  read: ({ name, signature, type, theirs, ours }, { schema }) => [
    {
      relation: null,
      name: `${name}(${signature})`,
      danger:
        ours?.some((own) => isConfusable(own, theirs)) === true
          ? `calls of ${name} fail or mean the ${type}: the server cannot tell which of the two is meant`
          : null,
      removal: `DROP ROUTINE ${qualified(schema, name)}(${signature})`,
    },
  ],
};
