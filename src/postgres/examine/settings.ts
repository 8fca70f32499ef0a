import { failed, type Finding, passed, type Probe, warned } from '../../model/checkup.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { list } from '../asking.ts';
import { resetOf } from './limits.ts';

/** A setting as a new session of a role gets it. */
interface SettingRow {
  readonly name: string;
  readonly value: string;
  /** Where it was set, in the words of pg_settings: `database user`, `user`, `database`, `configuration file`, `default`. */
  readonly source: string;
}

/** What a value does to a runtime; null where it does nothing. */
type Judge = (value: string) => { readonly state: 'warn' | 'fail'; readonly why: string } | null;

/** Milliseconds below which a limit cuts off what a busy runtime does. */
const limitBelow =
  (least: number, why: string): Judge =>
  (value) => {
    const limit = milliseconds(value);
    return limit === 0 || limit >= least ? null : { state: 'warn', why };
  };

/** https://www.postgresql.org/docs/current/runtime-config-client.html */
const judges: Readonly<Record<string, Judge>> = {
  default_transaction_read_only: (value) =>
    isOn(value) ? { state: 'fail', why: 'every write of a session that does not say otherwise is refused' } : null,
  session_replication_role: (value) =>
    value === 'origin' ? null : { state: 'fail', why: 'triggers do not fire, and foreign keys are not looked at' },
  statement_timeout: limitBelow(10_000, 'statements of the runtime that take longer are cancelled'),
  transaction_timeout: limitBelow(10_000, 'transactions that take longer are ended with their connection'),
  lock_timeout: limitBelow(1_000, 'statements of the runtime that wait longer for a lock are cancelled'),
  idle_in_transaction_session_timeout: limitBelow(
    10_000,
    'a step that takes longer within a transaction loses its connection',
  ),
  idle_session_timeout: (value) =>
    milliseconds(value) === 0
      ? null
      : { state: 'warn', why: 'the session in which a runtime listens for messages is ended while nothing comes' },
};

/** Settings of the role, or the database, that stop a runtime. */
export const settings: Probe = {
  name: 'settings',
  ofDatabase: false,
  async ask(connection, { role, database }) {
    const rows = await connection.query([...untouched, settingsQuery(role)]);
    const [row] = rows as unknown as readonly { readonly settings: readonly SettingRow[]; readonly role: string }[];
    if (row === undefined) return [];
    const found = row.settings.flatMap((setting) => findingsOf(setting, { role: row.role, database }));
    return found.length === 0 ? [passed('settings', `nothing stops the sessions of ${row.role}`)] : found;
  },
};

/** A limit of our own would stand in place of what is asked about. */
const untouched = ['SET LOCAL search_path = pg_catalog, pg_temp', 'RESET idle_session_timeout'];

function findingsOf(
  { name, value, source }: SettingRow,
  of: { readonly role: string; readonly database: string },
): readonly Finding[] {
  const judged = judges[name]?.(value) ?? null;
  if (judged === null) return [];
  const make = judged.state === 'fail' ? failed : warned;
  return [make('settings', `${name} is ${value} for ${of.role}: ${judged.why}`, resetOf(name, source, of))];
}

/**
 * What stands for the role and the database goes before what the connected session has, which may be another role's.
 * The value of a session to come is the one that RESET would go back to.
 * https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html
 * https://www.postgresql.org/docs/current/view-pg-settings.html
 */
const settingsQuery = (role: string | null): string => `WITH asked AS (
    SELECT oid, rolname FROM pg_roles WHERE rolname = ${role === null ? 'current_user' : quoteLiteral(role)}),
  said AS (
    SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value,
      CASE WHEN s.setrole <> 0 AND s.setdatabase <> 0 THEN 'database user' WHEN s.setrole <> 0 THEN 'user' ELSE 'database' END AS source,
      row_number() OVER (PARTITION BY split_part(c, '=', 1) ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC) AS place
    FROM asked, pg_db_role_setting s, unnest(s.setconfig) c
    WHERE s.setrole IN (0, asked.oid) AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))),
  session AS (
    SELECT s.name, CASE WHEN s.source IN ('user', 'database user') AND asked.rolname <> current_user THEN s.boot_val ELSE s.reset_val END AS value,
      s.source
    FROM pg_settings s, asked WHERE s.name IN (${list(Object.keys(judges))}))
  SELECT asked.rolname AS role, (SELECT json_agg(row_to_json(f) ORDER BY f.name) FROM (
    SELECT session.name, coalesce(said.value, session.value) AS value, coalesce(said.source, session.source) AS source
    FROM session LEFT JOIN said ON said.name = session.name AND said.place = 1) f) AS settings
  FROM asked`;

const isOn = (value: string): boolean => /^(?:on|true|yes|1)$/i.test(value);

const units: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a limit as it was written, which are its unit where it names none. */
export function milliseconds(value: string): number {
  const [, number = '0', unit = 'ms'] = /^\s*(-?[\d.]+)\s*([a-z]+)?\s*$/.exec(value) ?? [];
  return Math.max(0, Number(number) * (units[unit] ?? 1));
}
