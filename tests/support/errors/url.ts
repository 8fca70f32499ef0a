import type { Cases, Given, Place } from './case.ts';

const url =
  (text: string, env: Readonly<Record<string, string>> = {}): (() => Given) =>
  () => ({ args: ['migrate', '-s', text], options: { env } });

const at = 'postgresql://me@127.0.0.1:1/a';

/** URLs that cannot be meant, none of which is connected to. */
export const urlCases: Cases<Place> = {
  'the database URL is neither a PostgreSQL nor an SQLite one': url('mysql://me@host/a'),
  'the database URL contains a line break or another control character': url(`${at}\n`),
  'the database URL has an @ that may belong to the password': url('postgresql://me:a@b@host/a'),
  'the database URL has a % that encodes no character': url('postgresql://me:100%zz@host/a'),
  'the database URL names no database': url('postgresql://me@127.0.0.1:1'),
  '… names port …, which is no port': url('postgresql://me@127.0.0.1:99999/a'),
  'PGPORT … is no port': url('postgresql://me@127.0.0.1/a', { PGPORT: '5432a' }),
  'the database URL has an unknown parameter …': url(`${at}?sslmod=require`),
  'parameter … is not supported yet: …': url(`${at}?requirepeer=postgres`),
  'sslmode … is unknown': url(`${at}?sslmode=yes`),
  'channel_binding=require needs TLS, which …': url(`${at}?channel_binding=require&sslmode=disable`),
  'the file of … cannot be read: …': url(`${at}?sslmode=verify-full&sslrootcert=/nowhere/ca.crt`),
  '… is defined nowhere': ({ directory }) => ({
    args: ['migrate', '-s', 'postgresql:///a?service=prod'],
    options: { env: { PGSERVICEFILE: `${directory({ services: '[staging]\nhost=db\n' })}/services` } },
  }),
  'line … of the service file …': ({ directory }) => ({
    args: ['migrate', '-s', 'postgresql:///a?service=prod'],
    options: { env: { PGSERVICEFILE: `${directory({ services: '[prod]\nhost db\n' })}/services` } },
  }),
  'an SQLite URL has three slashes before the path of its file': url('sqlite://a.sqlite'),
  'a database in memory is gone when this command ends': url('sqlite://'),
};
