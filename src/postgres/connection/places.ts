import { isIP } from 'node:net';
import { UserError } from '../../model/errors.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { quoted } from '../../secrets/printable.ts';
import { lookUp } from './look-up.ts';
import { defaultHost, isSocketDirectory } from './socket-directory.ts';

/** Where one server is. */
export interface Place {
  /** Its name, which its certificate and the password file go by; an address, or the directory of its socket. */
  readonly host: string;
  readonly port: number;
  /** Where to connect to, where that is not to be looked up by the name: `hostaddr`. */
  readonly address: string | null;
}

const DEFAULT_PORT = 5432;

/**
 * All servers that URL and environment name, in their order.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 * @throws UserError for what is no port or no address, and lists of different lengths
 */
export function readPlaces(target: PostgresTarget, environment: Environment): readonly Place[] {
  const hosts = listOf(target.host || environment['PGHOST'] || '');
  const addresses = listOf(lookUp(target, 'hostaddr', environment, 'PGHOSTADDR') ?? '').map(checkAddress);
  const ports = readPorts(target, environment);
  const count = Math.max(1, addresses.length, hosts.length);
  refuseOther(
    count,
    hosts.length > 0 && addresses.length > 0 ? Math.min(hosts.length, addresses.length) : count,
    'hosts',
  );
  refuseOther(count, ports.length === 1 ? count : ports.length, 'ports');
  return Array.from({ length: count }, (_, i) => {
    const address = addresses[i] || null;
    const port = ports[ports.length === 1 ? 0 : i] ?? DEFAULT_PORT;
    const name = hosts[i] ?? '';
    const isUseless = name === '' || (address !== null && isSocketDirectory(name));
    return { host: isUseless ? (address ?? defaultHost(port)) : name, port, address };
  });
}

const listOf = (text: string): readonly string[] => (text === '' ? [] : text.split(','));

function refuseOther(count: number, found: number, what: 'hosts' | 'ports'): void {
  if (found === count) return;
  const message =
    what === 'ports'
      ? `${found} ports are named for ${count} of the hosts`
      : 'host and hostaddr do not name as many hosts';
  throw new UserError(message, {
    hint: 'name one port for all hosts or one for each, and as many addresses in hostaddr as hosts',
  });
}

function checkAddress(text: string): string {
  if (text === '' || isIP(text) !== 0) return text;
  throw new UserError(`hostaddr ${quoted(text)} is no address`, {
    hint: 'give an address as 10.0.0.1 or fe80::1 in hostaddr, and names in host',
  });
}

function readPorts(target: PostgresTarget, environment: Environment): readonly (number | null)[] {
  if (target.ports !== undefined) return target.ports;
  if (target.port !== null) return [target.port];
  return (environment['PGPORT'] || String(DEFAULT_PORT)).split(',').map((text) => {
    if (text === '') return null;
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (port >= 1 && port <= 65_535) return port;
    throw new UserError(`PGPORT ${quoted(text)} is no port`, {
      hint: 'a port is a number from 1 to 65535, and 5432 where the server was not told otherwise',
    });
  });
}

/** A place in the reader's words. */
export const placeName = ({ host, port, address }: Place): string => {
  if (isSocketDirectory(host)) return `${host}/.s.PGSQL.${port}`;
  return `${host}:${port}${address === null || address === host ? '' : ` (${address})`}`;
};
