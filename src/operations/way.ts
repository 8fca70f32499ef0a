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
 * The way of a psql that is connected to the server of another database already.
 * A name that is no plain word goes as a URL, which has no character that psql would take for more than itself, or
 * for the end of the line. A URL of another server takes nothing over from the connection that is there, and has no
 * password: psql finds or asks for one.
 * https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMAND-CONNECT
 */
export function psqlWay(url: PostgresTarget, from: PostgresTarget): Way {
  const name = encodeURIComponent(url.database);
  if (server(url) !== server(from)) {
    const maintenance = encodeURIComponent(url.maintenanceDatabase ?? 'postgres');
    return {
      toServer: connect(`${server(url)}/${maintenance}`, url),
      toDatabase: connect(`${server(url)}/${name}`, url),
    };
  }
  const isPlain = /^\w+$/.test(url.database);
  return {
    toServer: null,
    toDatabase: isPlain ? `\\connect ${url.database}` : `\\connect -reuse-previous=on "postgresql:///${name}"`,
  };
}

function server({ user, host, port }: PostgresTarget): string {
  const address = host?.includes(':') ? `[${host}]` : encodeURIComponent(host ?? '');
  return `postgresql://${user === null ? '' : `${encodeURIComponent(user)}@`}${address}${port === null ? '' : `:${port}`}`;
}

function connect(text: string, { parameters }: PostgresTarget): string {
  const ssl = [...parameters].filter(([name]) => name.startsWith('ssl') && name !== 'sslpassword');
  const query = ssl.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  return `\\connect "${text}${query === '' ? '' : `?${query}`}"`;
}
