import { type Finding, passed, type Probe, warned } from '../../model/checkup.ts';

/** Milliseconds by which two clocks may differ before anybody notices. */
const tolerance = 1_000;

/**
 * How far the server's clock is from this machine's. The answer is taken to be of the middle of the way there and back, so that
 * it is wrong by half of it at most.
 */
export const clock: Probe = {
  name: 'clock',
  ofDatabase: false,
  async ask(connection) {
    const sent = Date.now();
    const [row] = await connection.query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now');
    const received = Date.now();
    return [clockFinding(Number(row?.['now']) - (sent + received) / 2, (received - sent) / 2)];
  },
};

/** @param ahead milliseconds of the server before this machine, wrong by `uncertainty` at most */
export function clockFinding(ahead: number, uncertainty: number): Finding {
  const apart = Math.abs(ahead);
  if (apart <= tolerance + uncertainty) return passed('clock', "the server's is the same as this machine's");
  const seconds = apart < 10_000 ? (apart / 1000).toFixed(1) : String(Math.round(apart / 1000));
  return warned(
    'clock',
    `the server's is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`,
    'set both clocks by a time service (NTP): schedules, delays and timeouts go by the one and by the other',
  );
}

/** https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-SSL-VIEW */
export const tls: Probe = {
  name: 'TLS',
  ofDatabase: false,
  async ask(connection) {
    const [row] = await connection.query(`SELECT ssl, version, cipher, host(pg_catalog.inet_server_addr()) AS server
      FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()`);
    return [tlsFinding(row as unknown as TlsRow)];
  },
};

export interface TlsRow {
  readonly ssl: boolean;
  readonly version: string | null;
  readonly cipher: string | null;
  /** The address that the server was reached at; null for a Unix socket. */
  readonly server: string | null;
}

export function tlsFinding({ ssl, version, cipher, server }: TlsRow): Finding {
  if (ssl) return passed('TLS', `${version}, ${cipher}`);
  if (server === null) return passed('TLS', 'none, on a Unix socket');
  if (/^127\.|^::1$/.test(server)) return passed('TLS', 'none, within this machine');
  return warned(
    'TLS',
    `none: whoever is on the way to ${server} can read what is sent`,
    'set ssl = on in the server and sslmode=verify-full in the URL',
  );
}
