import { libpqParameters } from '../config/postgres-parameters.ts';
import { authorityOf } from '../config/postgres-url.ts';
import type { PostgresTarget, SqliteTarget } from '../model/target.ts';

/** Lines for the dialect's own shell that lead it to a database. */
export interface Way {
  /** To the server, for what must run outside the database; null where the shell is connected to it already. */
  readonly toServer: string | null;
  readonly toDatabase: string;
}

/** https://www.sqlite.org/cli.html */
export const sqliteWay = ({ path }: SqliteTarget): Way => ({
  toServer: null,
  toDatabase: `.open ${JSON.stringify(path)}`,
});

/**
 * The way of a psql that is connected to the server of another database already. It has what libpq knows of the URL's
 * parameters, as the role in `options` and the demands on TLS are.
 * A name that is no plain word goes as a URL, which has no character that psql would take for more than itself, or
 * for the end of the line. On the same server the connection that is there is gone on from, with its password. A URL of
 * another server takes nothing over from it, and has no password: psql finds or asks for one.
 * https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMAND-CONNECT
 */
export function psqlWay(url: PostgresTarget, from: PostgresTarget): Way {
  const database = encodeURIComponent(url.database);
  const maintenance = encodeURIComponent(url.maintenanceDatabase ?? 'postgres');
  if (server(url) !== server(from)) {
    const query = queryOf(libpqParameters(url));
    return {
      toServer: connect(`${server(url)}/${maintenance}${query}`),
      toDatabase: connect(`${server(url)}/${database}${query}`),
    };
  }
  const query = queryOf(otherParameters(libpqParameters(url), libpqParameters(from)));
  const isPlain = query === '' && /^\w+$/.test(url.database);
  return {
    toServer: query === '' ? null : connectOn(`${maintenance}${query}`),
    toDatabase: isPlain ? `\\connect ${url.database}` : connectOn(`${database}${query}`),
  };
}

const server = (url: PostgresTarget): string =>
  `postgresql://${url.user === null ? '' : `${encodeURIComponent(url.user)}@`}${authorityOf(url)}`;

type Parameters = ReadonlyMap<string, string>;

/**
 * What a connection must be given that goes on from another one: it takes over what it is not given. Most of that is
 * right for the same server, but for options of the session, as its role.
 */
function otherParameters(wanted: Parameters, taken: Parameters): Parameters {
  const ended = taken.has('options') ? [['options', ''] as const] : [];
  return new Map([...new Map([...ended, ...wanted])].filter(([name, value]) => taken.get(name) !== value));
}

const queryOf = (parameters: Parameters): string =>
  parameters.size === 0 ? '' : `?${[...parameters].map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;

const connect = (text: string): string => `\\connect "${text}"`;

const connectOn = (rest: string): string => `\\connect -reuse-previous=on "postgresql:///${rest}"`;
