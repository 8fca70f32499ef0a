import type { Row } from '../../model/dialect.ts';
import type { Look } from '../../model/look.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { isAmong } from '../asking.ts';
import { rowsIfAny } from './probe.ts';
import type { Ask } from './server.ts';

const ofTables =
  (schemaColumn: string, tableColumn: string) =>
  ({ schema, relations }: Look): string =>
    `${schemaColumn} = ${quoteLiteral(schema)} AND ${isAmong(tableColumn, relations)}`;

const ofSchema =
  (column: string) =>
  ({ schema }: Look): string =>
    `${column} = ${quoteLiteral(schema)}`;

/**
 * The views of the standard that are read, each with its condition. All of their columns are asked for: no server need
 * have each of them, and older ones lack the newest.
 * https://www.postgresql.org/docs/current/information-schema.html
 */
const conditions = {
  tables: ofTables('table_schema', 'table_name'),
  views: ofTables('table_schema', 'table_name'),
  columns: ofTables('table_schema', 'table_name'),
  table_constraints: ofTables('table_schema', 'table_name'),
  key_column_usage: (look) => `${ofTables('table_schema', 'table_name')(look)}
    OR (constraint_schema, constraint_name) IN (SELECT unique_constraint_schema, unique_constraint_name ${ofKeysIn(look)})`,
  check_constraints: ofSchema('constraint_schema'),
  referential_constraints: ofSchema('constraint_schema'),
  routines: (look) => ofRoutines(look),
  parameters: (look) => `specific_schema = ${quoteLiteral(look.schema)} AND specific_name IN
    (SELECT specific_name FROM information_schema.routines WHERE ${ofRoutines(look)})`,
  triggers: ofTables('event_object_schema', 'event_object_table'),
  triggered_update_columns: ofTables('event_object_schema', 'event_object_table'),
} as const satisfies Readonly<Record<string, (look: Look) => string>>;

/** Without the rows of these, what they would say is unknown; without those of another one, nobody knows what is missing. */
const dispensable: ReadonlySet<string> = new Set([
  'views',
  'key_column_usage',
  'check_constraints',
  'referential_constraints',
  'parameters',
  'triggered_update_columns',
]);

const ofKeysIn = ({ schema }: Look): string =>
  `FROM information_schema.referential_constraints WHERE constraint_schema = ${quoteLiteral(schema)}`;

const ofRoutines = ({ schema, functions }: Look): string =>
  `routine_schema = ${quoteLiteral(schema)} AND ${isAmong('routine_name', functions)}`;

type ViewName = keyof typeof conditions;

/** The rows that the role is shown of each view. */
export type Views = { readonly [V in ViewName]: readonly Row[] };

/**
 * One query a view, one after the other: what is changed meanwhile can be in one and not in another, so nothing is
 * written by what they say.
 * @throws QueryError where the server lacks a view that nobody can do without
 */
export async function readViews(ask: Ask, look: Look): Promise<Views> {
  const found: Partial<Record<ViewName, readonly Row[]>> = {};
  const asked = Object.entries(conditions) as readonly (readonly [ViewName, (look: Look) => string])[];
  for (const [view, condition] of asked) {
    const sql = `SELECT * FROM information_schema.${view} WHERE ${condition(look)}`;
    found[view] = await (dispensable.has(view) ? rowsIfAny(ask, sql) : ask(sql));
  }
  return found as Views;
}

/**
 * Names of routines of the schema, one a routine, also of those that the role may not run and so is not shown. Only
 * PostgreSQL is known to tell them to everybody.
 */
export const routineNames = ({ schema, functions }: Look): string =>
  `SELECT p.proname AS name FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = ${quoteLiteral(schema)} AND ${isAmong('p.proname', functions)}`;

/** Tables that the connected role owns, or whose owner's rights it has: of these it is shown all. */
export const ownTables = ({ schema, relations }: Look): string => `SELECT tablename AS name FROM pg_catalog.pg_tables
  WHERE schemaname = ${quoteLiteral(schema)} AND ${isAmong('tablename', relations)} AND pg_has_role(tableowner, 'USAGE')`;

/** Whether a role has what was granted to the grantee of a row; the role is a text of SQL. */
const reaches = (role: string): string =>
  `CASE WHEN grantee = 'PUBLIC' THEN true ELSE pg_has_role(${role}, grantee, 'USAGE') END`;

const mine = reaches('current_user');

const theirs = ({ role }: Look): string => (role === null ? 'false' : reaches(quoteLiteral(role)));

/** What was granted on tables, with whether the connected role has it, and the application's. */
export const tablePrivilegesQuery = (
  look: Look,
): string => `SELECT table_name, privilege_type, grantor, grantee, is_grantable, ${mine} AS mine, ${theirs(look)} AS theirs
  FROM information_schema.table_privileges WHERE table_schema = ${quoteLiteral(look.schema)} AND ${isAmong('table_name', look.relations)}`;

/** The same on routines. */
export const routinePrivilegesQuery = (
  look: Look,
): string => `SELECT specific_name, routine_name, grantor, grantee, is_grantable, ${theirs(look)} AS theirs
  FROM information_schema.routine_privileges WHERE routine_schema = ${quoteLiteral(look.schema)} AND ${isAmong('routine_name', look.functions)}`;
