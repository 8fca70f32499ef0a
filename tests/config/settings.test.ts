import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../src/config/settings.ts';
import { chosen } from '../support/properties.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { printed } from '../support/rejection.ts';
import { mistakeOf } from './support.ts';

const temporaryDirectory = temporaryDirectories();

const read = (text: string, environment: Record<string, string> = {}, secretsDirectory = '/nowhere') =>
  readSettings({ path: 'c.yaml', text }, { environment, secretsDirectory });

const nothing = {
  name: null,
  systemUrl: null,
  applicationUrl: null,
  schema: null,
  role: null,
  listenNotify: null,
  commands: [],
  ignore: [],
  start: expect.any(Function),
  address: null,
};

const sqlite = (text: string) => ({ dialect: 'sqlite', text, path: text.slice('sqlite:///'.length) });

test('all keys', async () => {
  const settings = await read(
    [
      'name: my-app',
      'language: python',
      'system_database_url: "sqlite:///s"',
      "application_database_url: 'sqlite:///a'",
      'dbos_system_schema: My "odd" schema-1',
      'use_listen_notify: false',
      'telemetry: { OTLPExporter: { logsEndpoint: "${UNSET}" } }',
      'database:',
      '  migrate:',
      '    - alembic upgrade head',
      '    - |',
      '      set -e',
      '      echo "${HOME:-x}" ${UNSET}',
      '  ignore: [index:dbos.*, "table:${TABLE}"]',
      '  sys_db_pool_size: 3',
    ].join('\n'),
    { TABLE: 't' },
  );
  expect(settings).toEqual({
    name: { value: 'my-app', source: 'c.yaml:1:7 name' },
    systemUrl: { value: sqlite('sqlite:///s'), source: 'c.yaml:3:22 system_database_url' },
    applicationUrl: { value: sqlite('sqlite:///a'), source: 'c.yaml:4:27 application_database_url' },
    schema: { value: 'My "odd" schema-1', source: 'c.yaml:5:21 dbos_system_schema' },
    role: null,
    listenNotify: { value: false, source: 'c.yaml:6:20 use_listen_notify' },
    address: null,
    commands: ['alembic upgrade head', 'set -e\necho "${HOME:-x}" ${UNSET}\n'],
    ignore: ['index:dbos.*', 'table:t'],
    start: expect.any(Function),
  });
});

test.each([
  ['', nothing],
  ['# nothing yet\n', nothing],
  ['{}', nothing],
  ['unknown: [1, {a: b}]\n? [complex, key]\n: x\n3: y', nothing],
  ['name:\nsystem_database_url: ~\ndatabase:\nuse_listen_notify:\ndbos_system_schema: null', nothing],
  ['database: {migrate: , ignore: []}', nothing],
  ['system_database_url: ""', nothing],
  [
    'database_url: sqlite:///a',
    { applicationUrl: { value: sqlite('sqlite:///a'), source: 'c.yaml:1:15 database_url' } },
  ],
  ['system_database_schema_name: s', { schema: { value: 's', source: 'c.yaml:1:30 system_database_schema_name' } }],
  [
    'dbos_system_schema: s\nsystem_database_schema_name: s',
    { schema: { value: 's', source: 'c.yaml:1:21 dbos_system_schema' } },
  ],
  ['use_listen_notify: true', { listenNotify: { value: true, source: 'c.yaml:1:20 use_listen_notify' } }],
  ['use_listen_notify: ${OFF}', { listenNotify: { value: false, source: 'c.yaml:1:20 use_listen_notify' } }],
  ['a: &a abc\nname: *a', { name: { value: 'abc', source: 'c.yaml:2:7 name' } }],
  ['base: &b {name: abc}\n<<: *b', { name: { value: 'abc', source: 'c.yaml:1:17 name' } }],
  ['base: &b {name: abc}\nname: def\n<<: [*b]', { name: { value: 'def', source: 'c.yaml:2:7 name' } }],
  [
    'c: &c {name: ccc}\na: &a {<<: *c}\nb: &b {name: bbb}\n<<: [*a, *b]',
    { name: { value: 'ccc', source: 'c.yaml:1:14 name' } },
  ],
  ['x: &x {migrate: [a]}\ndatabase: {<<: *x}', { commands: ['a'] }],
  ['%YAML 1.1\n---\nname: abc\nsince: 2024-01-01', { name: { value: 'abc', source: 'c.yaml:3:7 name' } }],
  ['%YAML 1.1\n---\nname: 2024-01-01', { name: { value: '2024-01-01', source: 'c.yaml:3:7 name' } }],
  ['name: !custom abc', { name: { value: 'abc', source: 'c.yaml:1:15 name' } }],
])('%j', async (text, expected) => {
  expect(await read(text, { OFF: 'false' })).toEqual({ ...nothing, ...expected });
});

describe('one error', () => {
  test.each([
    ['- name: x', 'c.yaml:1:1 the file', 'must be a mapping, not a list'],
    ['just text', 'c.yaml:1:1 the file', 'must be a mapping, not text'],
    ['name: 123', 'c.yaml:1:7 name', 'must be text, not a number'],
    ['name: true', 'c.yaml:1:7 name', 'must be text, not true or false'],
    ['name: [abc]', 'c.yaml:1:7 name', 'must be text, not a list'],
    ['\n\nname: {a: b}', 'c.yaml:3:7 name', 'must be text, not a mapping'],
    ['name: My App', 'c.yaml:1:7 name', 'may not be named "My App"'],
    ['name: ""', 'c.yaml:1:7 name', 'may not be named ""'],
    ['dbos_system_schema: ""', 'c.yaml:1:21 dbos_system_schema', 'is empty'],
    ['dbos_system_schema: pg_x', 'c.yaml:1:21 dbos_system_schema', 'keeps pg_'],
    ['dbos_system_schema: "a\\0"', 'c.yaml:1:21 dbos_system_schema', 'NUL'],
    ['use_listen_notify: off', 'c.yaml:1:20 use_listen_notify', 'must be true or false, not text'],
    ['use_listen_notify: "true"', 'c.yaml:1:20 use_listen_notify', 'must be true or false, not text'],
    ['use_listen_notify: ${X}', 'c.yaml:1:20 use_listen_notify', 'must be true or false, not text'],
    ['database: x', 'c.yaml:1:11 database', 'must be a mapping, not text'],
    ['database:\n  migrate: alembic upgrade head', 'c.yaml:2:12 database.migrate', 'must be a list, not text'],
    ['database:\n  migrate: {a: b}', 'c.yaml:2:12 database.migrate', 'must be a list, not a mapping'],
    ['database:\n  migrate:\n  - echo a: b', 'c.yaml:3:5 an entry of database.migrate', 'not a mapping'],
    ['database:\n  migrate: [a, 3]', 'c.yaml:2:16 an entry of database.migrate', 'not a number'],
    ['database:\n  migrate: [" "]', 'c.yaml:2:13 an entry of database.migrate', 'not empty'],
    ['database:\n  migrate:\n  -', 'c.yaml:3:4 an entry of database.migrate', 'not empty'],
    ['database:\n  ignore: x', 'c.yaml:2:11 database.ignore', 'must be a list, not text'],
    ['database:\n  ignore: ["${U}"]', 'c.yaml:2:12 database.ignore', 'environment variable U is not set'],
    ['database:\n  ignore: [mine]', 'c.yaml:2:12 database.ignore', 'takes ids of objects, each with its kind in front'],
    ['database:\n  ignore: ["taible:x"]', 'c.yaml:2:12 database.ignore', 'takes ids of objects'],
    ['name: ${U}', 'c.yaml:1:7 name', 'environment variable U is not set'],
    ['name: ${E}', 'c.yaml:1:7 name', 'environment variable E is not set'],
    ['name: ${constructor}', 'c.yaml:1:7 name', 'environment variable constructor is not set'],
    ['name: ${U:-abc}', 'c.yaml:1:7 name', 'a placeholder holds more than the name of a variable: ${U…}'],
    ['name: ${:-abc}', 'c.yaml:1:7 name', 'a placeholder holds more than the name of a variable: ${…}'],
    ['name: ${DOCKER_SECRET:none}', 'c.yaml:1:7 name', 'Docker secret none is missing'],
    ['name: ${DOCKER_SECRET:../x}', 'c.yaml:1:7 name', 'Docker secret ../x is missing'],
    ['use_listen_notify: ${U}', 'c.yaml:1:20 use_listen_notify', 'environment variable U is not set'],
    ['name: abc\nname: abc', 'c.yaml:2:1', 'invalid YAML: duplicate key'],
    ['name: "abc', 'c.yaml:1:11', 'invalid YAML: missing char'],
    ['a: b\n\tc: d', 'c.yaml:2:1', 'invalid YAML: tab as indent'],
    ['name: *nothing', 'c.yaml:1:7', 'invalid YAML: bad alias'],
    ['a: b\n---\nc: d', 'c.yaml:2:1', 'invalid YAML: multiple docs'],
  ])('%j', async (text, where, message) => {
    const error = await mistakeOf(() => read(text, { E: '', X: 'yes' }));
    expect(error.message).toContain(message);
    expect(error.where).toBe(where);
  });
});

test.each([
  ['a: b: c', 'in quotes'],
  ['a: @b', 'in quotes'],
  ['a:\n\tb: c', 'indent with blanks'],
  ['a:\n  b: c\n d: e', 'indentation'],
])('%j: what to do is said', async (text, hint) => {
  const error = await mistakeOf(() => read(text));
  expect(error.hint).toContain(hint);
});

test('two names of one setting that say different things: both places are named', async () => {
  const error = await mistakeOf(() => read('database_url: sqlite:///a\n\napplication_database_url: sqlite:///b'));
  expect(error.message).toContain('application_database_url and database_url');
  expect(error.where).toBe('c.yaml:3:27 application_database_url · c.yaml:1:15 database_url');
});

test('all errors of a file are reported at once', async () => {
  const error = await mistakeOf(() =>
    read(
      [
        'name: X',
        'system_database_url: postgresql://u:secret@h',
        'database_url: mysql://u:secret@h/${A}',
        'application_database_url: postgresql://${B}:${C}@h/db',
        'use_listen_notify: maybe',
        'use_listen_notify: true',
        'dbos_system_schema: a',
        'system_database_schema_name: b',
        'database: {migrate: [1], ignore: 2}',
      ].join('\n'),
      { A: 'x' },
    ),
  );
  expect(error.where).toBe('c.yaml');
  expect(error.message.split('\n')[0]).toBe('10 errors in the configuration file');
  const places = [...error.message.matchAll(/^ {2}(c\.yaml\S+)/gm)].map(([, place]) => place);
  const expected = '1:7 2:22 3:15 4:27 4:27 5:20 6:1 7:21 9:22 9:34'.split(' ').map((place) => `c.yaml:${place}`);
  expect(new Set(places)).toEqual(new Set(expected));
  expect(places).toHaveLength(expected.length);
  expect(error.message).toContain('environment variable B is not set');
  expect(error.message).toContain('environment variable C is not set');
  expect(printed(error)).not.toContain('secret');
});

test('all syntax errors are reported at once, without a word of the file', async () => {
  const text = 'system_database_url: "postgresql://u:secret@h"@secret\nsecret\nname: *secret\n  - secret: {';
  const error = await mistakeOf(() => read(text));
  expect(error.message).toMatch(/^\d errors in the configuration file/);
  expect(printed(error)).not.toContain('secret');
});

describe('placeholders', () => {
  test('are filled in after YAML was read, so that no value can be more than a text', async () => {
    const settings = await read('name: ${NAME}\nsystem_database_url: postgresql://${U}:${P}@h/db', {
      NAME: 'abc',
      U: 'u',
      P: 'x: [y] #"${NAME}$&',
    });
    expect(settings.name?.value).toBe('abc');
    expect(settings.systemUrl?.value).toMatchObject({ user: 'u', password: 'x: [y] #"${NAME}$&', database: 'db' });
  });

  test('of secrets are read from their files, less what stands around them', async () => {
    const secrets = temporaryDirectory({ pw: ' s3cret${X}\n', empty: '\n' });
    const settings = await read('system_database_url: postgresql://u:${DOCKER_SECRET:pw}@h/db', {}, secrets);
    expect(settings.systemUrl?.value).toMatchObject({ password: 's3cret${X}' });
    const error = await mistakeOf(() => read('name: ${DOCKER_SECRET:empty}', {}, secrets));
    expect(error.message).toBe('Docker secret empty is missing or empty');
  });

  test('that give a password with unencoded letters lead to an error that hides it', async () => {
    const error = await mistakeOf(() => read('system_database_url: postgresql://u:${P}@h/db', { P: 'se/cr@t' }));
    expect(error.where).toBe('c.yaml:1:22 system_database_url · postgresql://u:***@h/db');
    expect(error.hint).toContain('@ as %40');
  });
});

describe('hostile files', () => {
  test('aliases that would fill the memory', async () => {
    const levels = Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    const text = ['a0: &a0 [x]', ...levels, 'database: {migrate: *a60}'].join('\n');
    const error = await mistakeOf(() => read(text));
    expect(error.message).toContain('an entry of database.migrate must be');
  });

  test('merge keys that would take for ever', async () => {
    const levels = Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}]}`);
    const text = ['a0: &a0 {name: abc}', ...levels, '<<: *a60'].join('\n');
    expect((await read(text)).name?.value).toBe('abc');
  });

  test('aliases in great number', async () => {
    const text = `a: &a x\nb: [${'*a ,'.repeat(50_000)}]\ndatabase: {migrate: [*a, *a]}`;
    expect(await read(text)).toMatchObject({ commands: ['x', 'x'] });
  });

  test('a mapping merged into itself', async () => {
    expect(await read('database: &d {<<: *d, migrate: [a]}')).toMatchObject({ commands: ['a'] });
  });

  test('nesting that would break the stack', async () => {
    const error = await mistakeOf(() => read('['.repeat(100_000)));
    expect(error.where).toMatch(/^c\.yaml/);
  });
});

describe('a key that is nearly one of ours, or stands in the wrong place', () => {
  const url = 'sqlite:///x';

  test.each([
    [`sytem_database_url: ${url}`, '1:1 sytem_database_url', 'system_database_url', 'at the top level'],
    [`systm_databse_url: ${url}`, '1:1 systm_databse_url', 'system_database_url', 'at the top level'],
    [`systemDatabaseUrl: ${url}`, '1:1 systemDatabaseUrl', 'system_database_url', 'at the top level'],
    [`SYSTEM_DATABASE_URL: ${url}`, '1:1 SYSTEM_DATABASE_URL', 'system_database_url', 'at the top level'],
    [`DBOS_SYSTEM_DATABASE_URL: ${url}`, '1:1 DBOS_SYSTEM_DATABASE_URL', 'system_database_url', 'at the top level'],
    [`sys_db_url: ${url}`, '1:1 sys_db_url', 'system_database_url', 'at the top level'],
    [`system-database-url: ${url}`, '1:1 system-database-url', 'system_database_url', 'at the top level'],
    [`db_url: ${url}`, '1:1 db_url', 'database_url', 'at the top level'],
    [`databaseUrl: ${url}`, '1:1 databaseUrl', 'database_url', 'at the top level'],
    [`database_uri: ${url}`, '1:1 database_uri', 'database_url', 'at the top level'],
    [`app_database_url: ${url}`, '1:1 app_database_url', 'application_database_url', 'at the top level'],
    [`aplication_database_url: ${url}`, '1:1 aplication_database_url', 'application_database_url', 'at the top level'],
    ['schema: mine', '1:1 schema', 'dbos_system_schema', 'at the top level'],
    ['dbos_schema: mine', '1:1 dbos_schema', 'dbos_system_schema', 'at the top level'],
    ['dbos_sytem_schema: mine', '1:1 dbos_sytem_schema', 'dbos_system_schema', 'at the top level'],
    ['systemDatabaseSchemaName: m', '1:1 systemDatabaseSchemaName', 'system_database_schema_name', 'at the top level'],
    ['role: mine', '1:1 role', 'app_role', 'at the top level'],
    ['application_role: mine', '1:1 application_role', 'app_role', 'at the top level'],
    ['listen_notify: false', '1:1 listen_notify', 'use_listen_notify', 'at the top level'],
    ['useListenNotify: false', '1:1 useListenNotify', 'use_listen_notify', 'at the top level'],
    ['use_listen_notfy: false', '1:1 use_listen_notfy', 'use_listen_notify', 'at the top level'],
    ['Name: app', '1:1 Name', 'name', 'at the top level'],
    ['databse: {migrate: [a]}', '1:1 databse', 'database', 'at the top level'],
    ['migrate:\n  - alembic upgrade head', '1:1 migrate', 'database.migrate', 'under database:'],
    ['migrate:', '1:1 migrate', 'database.migrate', 'under database:'],
    ['\n\nmigrations: [a]', '3:1 migrations', 'database.migrate', 'under database:'],
    ['ignore: [a]', '1:1 ignore', 'database.ignore', 'under database:'],
    ['database:\n  migrat: [a]', '2:3 database.migrat', 'database.migrate', 'under database:'],
    ['database:\n  migrations: [a]', '2:3 database.migrations', 'database.migrate', 'under database:'],
    ['database:\n  ingore: [a]', '2:3 database.ingore', 'database.ignore', 'under database:'],
    [`database:\n  system_database_url: ${url}`, '2:3 database.system_database_url', 'system_database_url', 'top'],
    [`database:\n  sytem_database_url: ${url}`, '2:3 database.sytem_database_url', 'system_database_url', 'top'],
    [`database:\n  url: a\n  database_url: ${url}`, '3:3 database.database_url', 'database_url', 'top'],
    ['database:\n  app_role: mine', '2:3 database.app_role', 'app_role', 'top'],
    ['database:\n  dbos_system_schema: mine', '2:3 database.dbos_system_schema', 'dbos_system_schema', 'top'],
    ['runtimeConfig:\n  migrate: [a]', '2:3 runtimeConfig.migrate', 'database.migrate', 'under database:'],
    [
      `runtimeConfig: {system_database_url: "${url}"}`,
      '1:17 runtimeConfig.system_database_url',
      'system_database_url',
      'top',
    ],
    ['telemetry: {use_listen_notify: false}', '1:13 telemetry.use_listen_notify', 'use_listen_notify', 'top'],
  ])('%j', async (text, place, meant, stands) => {
    const error = await mistakeOf(() => read(`${text}\n`));
    expect(error.message).toBe(`unknown key ${place.split(' ')[1]}`);
    expect(error.where).toBe(`c.yaml:${place}`);
    expect(error.hint).toContain(`did you mean ${meant}? it stands `);
    expect(error.hint).toContain(stands);
  });

  test('is told beside the other errors, and even where the right key is there too', async () => {
    const error = await mistakeOf(() => read('migrate: [a]\ndatabase: {migrate: [a]}\nname: X'));
    expect(error.message).toContain('2 errors in the configuration file');
    expect(error.message).toContain('did you mean database.migrate?');
  });

  test('holds nothing that is shown', async () => {
    const error = await mistakeOf(() => read('sytem_database_url: postgresql://u:Geheim@h/db'));
    expect(printed(error)).not.toContain('Geheim');
  });
});

describe('keys of others pass', () => {
  test.each<[string, string]>([
    [
      'TypeScript 5',
      'language: node\ntelemetry: {logs: {logLevel: info}}\nruntimeConfig: {start: [a], setup: [b]}\nenv: {A: b}\ndatabase: {app_db_name: x}',
    ],
    [
      'TypeScript 1',
      'version: "1"\nhttp: {cors_middleware: true, credentials: true, allowed_origins: [a]}\napplication: {name: x, migrate: y}\ndatabase: {hostname: h, port: 5432, username: u, password: p, connectionTimeoutMillis: 1, app_db_name: a, sys_db_name: b, ssl: true, ssl_ca: x, local_suffix: true, app_db_client: knex, rollback: [a]}\nruntimeConfig: {entrypoints: [a], port: 1, admin_port: 2, runAdminServer: true}',
    ],
    [
      'Python 3',
      'language: python\nruntimeConfig: {start: [a], max_executor_threads: 1, auto_upgrade_grace_sec: 1}\nrun_migrations: false\nsharding: false\ndatabase: {sys_db_pool_size: 1, sys_db_polling_concurrency: 1, db_engine_kwargs: {a: b}, sys_db_engine_kwargs: {a: b}, sys_db_idle_transaction_timeout_sec: 1}',
    ],
    [
      'Python 1',
      'telemetry: {logs: {addContextMetadata: true, silent: true}, OTLPExporter: {logsEndpoint: [a], tracesEndpoint: [b]}, otlp_attributes: {a: b}, disable_otlp: true}\ndatabase: {app_db_pool_size: 1, sys_db_name: x}\nenv: {DBOS_DATABASE_URL: x, system_database_url: y}',
    ],
    ['Go', 'language: go\nruntimeConfig: {start: [go run main.go]}\nruntime_config: {start: [a]}'],
    [
      'the configuration of a program',
      'sys_db_name: x\nsys_db_pool_size: 1\napp_db_pool_size: 1\ndb_engine_kwargs: {}\nadmin_port: 1\nlog_level: x\nexecutor_id: x\nconductor_key: x\nenable_otlp: true',
    ],
    [
      'nobody',
      'x-common: {a: b}\ndefaults: 1\ngame: 1\nnames: 1\ndatabase_id: 1\napplication_name: x\ndatabank: 1\nurl: x\nstore: 1',
    ],
    [
      'a definition for later',
      'base: &b {a: 1}\nschema: &s mine\ndb: &d [a]\ndbos_system_schema: *s\ndatabase: {migrate: *d}',
    ],
  ])('%s', async (_, text) => {
    await read(text);
  });
});

describe('app_role', () => {
  test.each([
    ['app_role: my app', { role: { value: 'my app', source: 'c.yaml:1:11 app_role' } }],
    ['app_role: ${ROLE}', { role: { value: 'app', source: 'c.yaml:1:11 app_role' } }],
    ['app_role: ""', {}],
    ['app_role:', {}],
  ])('%j', async (text, expected) => {
    expect(await read(text, { ROLE: 'app' })).toEqual({ ...nothing, ...expected });
  });

  test.each([
    ['app_role: pg_monitor', 'the role may not be named "pg_monitor"'],
    ['app_role: public', 'the role may not be named "public"'],
    ['app_role: [a]', 'app_role must be text, not a list'],
    ['app_role: 3', 'app_role must be text, not a number'],
    ['app_role: ${NONE}', 'environment variable NONE is not set'],
    [`app_role: ${'x'.repeat(64)}`, '64 bytes'],
    ['app_role: postgresql://u:Geheim@h/db', 'a connection string stands where the name of the role belongs'],
  ])('is checked as the flag is: %s', async (text, message) => {
    const error = await mistakeOf(() => read(text));
    expect(error.message).toContain(message);
    expect(error.where).toBe('c.yaml:1:11 app_role');
    expect(printed(error)).not.toContain('Geheim');
  });
});

describe('a file full of mistakes gives one short message', () => {
  const files: readonly (readonly [string, string])[] = [
    ['100,000 opening brackets', '['.repeat(100_000)],
    ['100,000 opening braces', '{'.repeat(100_000)],
    ['10,000 closing brackets', ']'.repeat(10_000)],
    ['10,000 pairs of brackets', '[]'.repeat(10_000)],
    ['brackets behind a key', `name: ${'['.repeat(100_000)}`],
    ['quotes that are not closed', '"a\n'.repeat(10_001)],
    ['10,000 duplicate keys', 'name: abc\n'.repeat(10_000)],
    ['10,000 wrong entries', `database: {migrate: [${'1,'.repeat(10_000)}]}`],
    ['10,000 unset variables', `name: "${'${A}'.repeat(10_000)}"`],
  ];

  test.each(chosen(files))('%s', async (_, text) => {
    const error = await mistakeOf(() => read(text));
    expect(printed(error).split('\n').length).toBeLessThan(40);
    expect(printed(error).length).toBeLessThan(5_000);
    expect(inspect(error, { depth: 10 }).length).toBeLessThan(100_000);
  });

  test('that says how many more there are', async () => {
    const { message } = await mistakeOf(() => read(']'.repeat(2_369)));
    expect(message.split('\n')[0]).toBe('2,369 errors in the configuration file');
    expect(message).toMatch(/\n {2}… and 2,366 more$/);
  });
});

describe('no value is shown that may be a secret', () => {
  test.each([
    'name: postgresql://u:Geheim@h/db',
    'name: "host=h password=Geheim"',
    'dbos_system_schema: postgresql://u:Geheim@h/db',
    'system_database_schema_name: "host=h password=my Geheim"',
    'use_listen_notify: Geheim',
    'system_database_url: Geheim@h/db',
    'system_database_url: "host=h password=my Geheim"',
    'system_database_url: u:Geheim@h/db',
    'system_database_url: postgresql://u:Geheim@h/db?pasword=Geheim',
    'system_database_url: {password: Geheim}',
    'system_database_url: [Geheim]',
    'database: Geheim',
    'database: {migrate: Geheim}',
    'database: {ignore: [{password: Geheim}]}',
    'system_database_url: postgresql://u:${PW:-Geheim}@h/db',
    'name: ${PW:?Geheim}',
    'name: ${postgresql://u:Geheim@h/db}',
    'name: ${DOCKER_SECRET:password=Geheim}',
    'Geheim',
    '"Geheim": [',
  ])('%s', async (text) => {
    expect(inspect(await mistakeOf(() => read(text)), { depth: 10 })).not.toContain('Geheim');
  });

  test('nor a value of 100 kB', async () => {
    for (const text of [
      'name: ',
      'system_database_url: ',
      'dbos_system_schema: ',
      'app_role: ',
      'database_url: mysql://',
    ]) {
      expect(printed(await mistakeOf(() => read(text + 'X'.repeat(100_000)))).length).toBeLessThan(1_000);
    }
  });
});

test('a Docker secret that is a pipe is not waited for', async () => {
  const secrets = temporaryDirectory();
  execFileSync('mkfifo', [join(secrets, 'pipe')]);
  mkdirSync(join(secrets, 'folder'));
  for (const [name, kind] of [
    ['pipe', 'a pipe'],
    ['folder', 'a directory'],
  ] as const) {
    const error = await mistakeOf(() => read(`name: \${DOCKER_SECRET:${name}}`, {}, secrets));
    expect(error.message).toBe(`Docker secret ${name} is ${kind}`);
  }
});

test('a server that is named in the way of older releases is known', async () => {
  expect((await read('database:\n  hostname: h')).address).toBe('c.yaml:2:3 database.hostname');
  expect((await read('database:\n  app_db_name: h\n  username:\n  sys_db_name: x')).address).toBe(
    'c.yaml:4:3 database.sys_db_name',
  );
});

describe('the commands that start the application', () => {
  test('are read when they are asked for, and the file of another tool is no error before', async () => {
    const { start } = await read('runtimeConfig:\n  port: 1\n  start:\n    - node a.js ${B}\n    - echo\n');
    expect(start()).toEqual(['node a.js ${B}', 'echo']);
    for (const text of ['name: app', 'runtimeConfig:', 'runtimeConfig: {start: }']) {
      expect((await read(text)).start()).toEqual([]);
    }
  });

  test.each([
    ['runtimeConfig: {start: node a.js}', 'c.yaml:1:24 runtimeConfig.start', 'must be a list, not text'],
    ['runtimeConfig: {start: [1]}', 'c.yaml:1:25 an entry of runtimeConfig.start', 'must be printable text'],
    ['runtimeConfig: [a]', 'c.yaml:1:16 runtimeConfig', 'must be a mapping'],
  ])('are a list of texts: %s', async (text, where, message) => {
    const { start } = await read(text);
    const error = await mistakeOf(async () => start());
    expect([error.where, error.message]).toEqual([where, expect.stringContaining(message)]);
  });
});
