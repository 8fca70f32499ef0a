import type { Cases, Given, Place } from './case.ts';

/** A configuration file, and what it fails with. */
const file =
  (text: string | Uint8Array, args = 'migrate'): ((place: Place) => Given) =>
  ({ directory }) => ({ args: args.split(' '), options: { cwd: directory({ 'dbos-config.yaml': text }) } });

const sqlite = 'system_database_url: sqlite:///./a.sqlite\n';

/** Mistakes in a configuration file and in the environment. */
export const configurationCases: Cases<Place> = {
  'no database URL is given': ({ directory }) => ({ args: ['migrate'], options: { cwd: directory() } }),
  'the configuration file does not exist': ({ directory }) => ({
    args: ['migrate', '--config', 'prod.yaml'],
    options: { cwd: directory() },
  }),
  'the configuration file is …': ({ directory }) => ({
    args: ['migrate', '--config', directory()],
    options: { cwd: directory() },
  }),
  'the configuration file is not UTF-8': file(Uint8Array.from([0x6e, 0xff, 0xfe, 0x0a])),
  'invalid YAML: …': file('name: [myapp\n'),
  'unknown key …': file('sytem_database_url: sqlite:///./a.sqlite\n'),
  'unknown key migrate': file(`${sqlite}migrate:\n  - alembic upgrade head\n`),
  '… must be …, not …': file(`${sqlite}database:\n  migrate: alembic upgrade head\n`),
  '… are two names of one setting and have different values': file(
    'system_database_url: postgresql://me@127.0.0.1:1/a\ndbos_system_schema: a\nsystem_database_schema_name: b\n',
  ),
  'environment variable … is not set': file('system_database_url: postgresql://me:${PASSWORD}@127.0.0.1:1/a\n'),
  'Docker secret … is missing or empty': file(
    'system_database_url: postgresql://me:${DOCKER_SECRET:none}@127.0.0.1:1/a\n',
  ),
  'a placeholder holds more than the name of a variable: …': file(
    'system_database_url: postgresql://me:${PASSWORD:-secret}@127.0.0.1:1/a\n',
  ),
  'the file names a database server in the way of older releases, and no URL': file(
    'name: myapp\ndatabase:\n  hostname: localhost\n  username: me\n',
  ),
  'no command to start the application is configured': file(sqlite, 'start'),
  '… name one database and have different values': ({ directory }) => ({
    args: ['migrate', '-s', 'sqlite:///./a.sqlite'],
    options: {
      cwd: directory(),
      env: { DBOS_DATABASE_URL: 'sqlite:///./a.sqlite', DBOS_APPLICATION_DATABASE_URL: 'sqlite:///./b.sqlite' },
    },
  }),
  'a connection string stands where the name of the … belongs': () => ({
    args: ['migrate', '-s', 'postgresql://me@127.0.0.1:1/a', '--schema', 'postgresql://me@127.0.0.1:1/a'],
  }),
  'the name of the … is … bytes long; PostgreSQL keeps …': () => ({
    args: ['migrate', '-s', 'postgresql://me@127.0.0.1:1/a', '--schema', 'x'.repeat(64)],
  }),
  'the custom command ended with exit code …': ({ directory }) => ({
    ...file(`${sqlite}database:\n  migrate:\n    - exit 4\n`)({ directory }),
    isProgram: true,
  }),
  'the custom command was ended by …': ({ directory }) => ({
    ...file(`${sqlite}database:\n  migrate:\n    - kill -KILL $$\n`)({ directory }),
    isProgram: true,
  }),
  'the custom command ended with exit code 127': ({ directory }) => ({
    ...file(`${sqlite}database:\n  migrate:\n    - no-such-program-here\n`)({ directory }),
    isProgram: true,
  }),
};
