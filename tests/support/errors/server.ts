import type { PostgresServer } from '../postgres.ts';
import type { Cases, Given, Place } from './case.ts';
import { serverTls } from '../tls.ts';

/** A server with TLS, one without, and a database that `dbos migrate` has made. */
export interface ServerPlace extends Place {
  readonly server: PostgresServer;
  readonly plain: PostgresServer;
  readonly migrated: string;
  /** Makes a copy of that database and changes it. @returns its URL */
  readonly changed: (sql: string) => Promise<string>;
}

export const migrateIn = (url: string, ...flags: readonly string[]): Given => ({
  args: ['migrate', '-s', url, ...flags],
});

export const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** The URL for another user, whose password is `Geheim`. */
export const as = (url: string, user: string, parameters = ''): string => {
  const other = new URL(url);
  [other.username, other.password] = [user, 'Geheim'];
  return `${other.toString()}${parameters === '' ? '' : `?${parameters}`}`;
};

/** Roles and lines of pg_hba.conf that the cases need. */
export const hba = [
  'hostssl   all only_tls 127.0.0.1/32 scram-sha-256',
  'hostnossl all only_tls 127.0.0.1/32 reject',
  'host      all clear    127.0.0.1/32 password',
  'host      all ghost    127.0.0.1/32 trust',
  'host      all shut_out 127.0.0.1/32 reject',
];
export const roles = `
  CREATE ROLE only_tls LOGIN PASSWORD 'Geheim';
  CREATE ROLE clear LOGIN PASSWORD 'Geheim';
  CREATE ROLE guest LOGIN PASSWORD 'Geheim';
  CREATE ROLE crowded LOGIN PASSWORD 'Geheim' CONNECTION LIMIT 0;
  CREATE ROLE shut_out LOGIN PASSWORD 'Geheim'`;

const check = (url: string): Given => migrateIn(url, '--check');

/** What a server has against a connection. */
export const connectionCases: Cases<ServerPlace> = {
  'password authentication failed for user …': ({ migrated }) =>
    check(as(migrated, 'guest').replace('Geheim', 'wrong')),
  'the server asks for the password of user … and none was given …': ({ migrated }) =>
    check(as(migrated, 'guest').replace(':Geheim', '')),
  'role … does not exist': ({ migrated }) => check(as(migrated, 'ghost')),
  'pg_hba.conf rejects connection …': ({ migrated }) => check(as(migrated, 'shut_out')),
  'pg_hba.conf rejects connection …, no encryption': ({ migrated }) =>
    check(as(migrated, 'only_tls', 'sslmode=disable')),
  'too many connections for role …': ({ migrated }) => check(as(migrated, 'crowded')),
  'permission denied for database …': async ({ server, changed }) => {
    const url = await changed('SELECT 1');
    await server.query(`REVOKE CONNECT ON DATABASE ${nameOf(url)} FROM PUBLIC`);
    return check(as(url, 'guest'));
  },
  'database … is not currently accepting connections': async ({ server, changed }) => {
    const url = await changed('SELECT 1');
    await server.query(`ALTER DATABASE ${nameOf(url)} ALLOW_CONNECTIONS false`);
    return check(url);
  },
  'the server does not offer TLS, which sslmode=… asks for': ({ plain }) =>
    check(plain.url('postgres', { parameters: 'sslmode=require' })),
  'the server does not offer TLS, which channel_binding=require asks for': ({ plain }) =>
    check(plain.url('postgres', { parameters: 'channel_binding=require' })),
  'no TLS connection: … certificate': ({ server }) =>
    check(server.url('postgres', { parameters: 'sslmode=verify-full' }).replace('127.0.0.1', 'localhost')),
  "no TLS connection: Hostname/IP does not match certificate's altnames: …": ({ server }) =>
    check(server.url('postgres', { parameters: `sslmode=verify-full&sslrootcert=${serverTls.ca}` })),
  'the server does not bind its authentication to TLS, which channel_binding=require asks for': ({ migrated }) =>
    check(as(migrated, 'clear', 'channel_binding=require')),
  'the server asks for the authentication …, which require_auth=… does not allow': ({ migrated }) =>
    check(as(migrated, 'clear', 'require_auth=scram-sha-256')),
  '… and target_session_attrs=… asks for another server': ({ server }) =>
    check(server.url('postgres', { parameters: 'target_session_attrs=standby' })),
  'there is no database …, but there is …, which the official tools use by default': async ({ server }) => {
    const url = await server.createDatabase('orders');
    await server.query(`CREATE DATABASE ${nameOf(url)}_dbos_sys`);
    return { args: ['migrate', '-D', url] };
  },
};
