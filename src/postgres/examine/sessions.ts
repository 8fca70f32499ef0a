import { passed, type Probe } from '../../model/checkup.ts';
import { forCatalog } from '../session.ts';

interface Group {
  readonly name: string;
  readonly user: string;
  readonly sessions: number;
}

/** How the runtimes begin the name of their sessions: `dbos_transact_local_…`. */
const ofRuntime = /^dbos_transact/;

/** So many are named. */
const most = 8;

/**
 * Who is connected to the database beside this program. Name and user of every session are shown to everybody.
 * https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
 */
export const runtimes: Probe = {
  name: 'runtimes',
  ofDatabase: true,
  async ask(connection) {
    const rows = await connection.query([...forCatalog, sessionsQuery]);
    const groups = rows as unknown as readonly Group[];
    const ours = groups.filter(({ name }) => ofRuntime.test(name));
    const others = groups.filter(({ name }) => !ofRuntime.test(name));
    const seen = [
      ours.length === 0 ? 'none is connected' : `connected: ${listOf(ours)}`,
      ...(others.length === 0 ? [] : [`other sessions: ${listOf(others)}`]),
    ];
    return [passed('runtimes', seen.join('; '))];
  },
};

const sessionsQuery = `SELECT coalesce(application_name, '') AS name, usename AS user, count(*)::int AS sessions
  FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()
  GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`;

function listOf(groups: readonly Group[]): string {
  const named = groups
    .slice(0, most)
    .map(({ name, user, sessions }) => `${name === '' ? 'without a name' : name} (${user}, ${sessions})`);
  const rest = groups.length - most;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
