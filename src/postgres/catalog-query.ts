import type { Look } from '../model/look.ts';
import type { ObjectKind } from '../model/objects.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { application, jsonArray, regarded } from './asking.ts';
import { factsQuery, type FactRow } from './facts.ts';
import { kinds, modulesOf } from './kinds.ts';
import type { Rights } from './rights.ts';
import { rightsQuery } from './rights-query.ts';

/** The catalog query's JSON. */
export interface Answer {
  readonly server: {
    readonly version: string;
    readonly user: string;
    readonly recovery: boolean;
    readonly readOnly: boolean;
    /** The process that answers. */
    readonly backend: number;
    readonly role: boolean;
    readonly alternative: boolean;
    /** Those that are switched on. */
    readonly eventTriggers: readonly string[];
  };
  readonly rights: Rights;
  readonly facts: readonly FactRow[];
  readonly strangers: readonly string[];
  /** Rows by kind, each as the kind's own file has it. */
  readonly kinds: Readonly<Partial<Record<ObjectKind, readonly unknown[]>>>;
}

/**
 * The whole catalog of one schema, as far as it is relevant, in one statement whose only value is a JSON object.
 * It asks pg_catalog by name: information_schema hides what the role may not touch, and takes many times as long to tell keys.
 * Run it with `search_path` set to pg_catalog, so that every name in a printed expression is qualified.
 * A NOT NULL that is a constraint, as all are from PostgreSQL 18 on, says no more than its column once it is validated.
 * https://www.postgresql.org/docs/current/catalogs.html
 */
export function catalogQuery(look: Look): string {
  const parts = modulesOf(kinds).flatMap(([kind, module]) => {
    const query = module.rows(look);
    return query === null ? [] : [`'${kind}', ${jsonArray(query)}`];
  });
  return `WITH ${regarded(look)},
others AS (SELECT d.classid, d.objid FROM ns
  JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = ns.oid AND d.deptype = 'n'
  WHERE NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT oid FROM rel))
    AND NOT (d.classid = 'pg_proc'::regclass AND d.objid IN (SELECT oid FROM fun))),
${application(look)}
SELECT json_build_object(
  'server', ${server(look)},
  'rights', ${rightsQuery(look)},
  'facts', ${jsonArray(factsQuery)},
  'strangers', ${look.surroundings ? strangers : `'[]'::json`},
  'kinds', json_build_object(${parts.join(',\n  ')})
) AS catalog`;
}

const server = ({ alternative }: Look): string => `json_build_object(
    'version', current_setting('server_version'), 'user', current_user, 'backend', pg_backend_pid(),
    'recovery', pg_is_in_recovery(), 'readOnly', current_setting('default_transaction_read_only') = 'on',
    'role', EXISTS (SELECT FROM app),
    'eventTriggers', (SELECT coalesce(json_agg(evtname ORDER BY evtname), '[]') FROM pg_event_trigger WHERE evtenabled <> 'D'),
    'alternative', EXISTS (SELECT FROM pg_database WHERE datname = ${quoteLiteral(alternative ?? '')}))`;

/** What else stands in the schema and would keep it from being dropped. */
const strangers = `(SELECT coalesce(json_agg(s.text ORDER BY s.text), '[]') FROM (
  SELECT pg_describe_object(classid, objid, 0) AS text FROM others LIMIT 1000) s)`;
