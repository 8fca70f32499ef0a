import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../src/config/settings.ts';
import type { FileSettings } from '../../src/config/settings.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { printed, userErrorOf } from '../support/rejection.ts';

const temporaryDirectory = temporaryDirectories();

const read = (text: string, environment: Record<string, string> = {}, secretsDirectory = '/nowhere') =>
  readSettings({ path: 'c.yaml', directory: '/', text }, { environment, secretsDirectory });

const nothing: FileSettings = {
  name: null,
  systemUrl: null,
  applicationUrl: null,
  schema: null,
  listenNotify: null,
  commands: [],
  ignore: [],
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
    listenNotify: { value: false, source: 'c.yaml:6:20 use_listen_notify' },
    commands: ['alembic upgrade head', 'set -e\necho "${HOME:-x}" ${UNSET}\n'],
    ignore: ['index:dbos.*', 'table:t'],
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
    ['name: ${U}', 'c.yaml:1:7 name', 'environment variable U is not set'],
    ['name: ${E}', 'c.yaml:1:7 name', 'environment variable E is not set'],
    ['name: ${constructor}', 'c.yaml:1:7 name', 'environment variable constructor is not set'],
    ['name: ${U:-abc}', 'c.yaml:1:7 name', 'environment variable U:-abc is not set'],
    ['name: ${DOCKER_SECRET:none}', 'c.yaml:1:7 name', 'Docker secret none is missing'],
    ['name: ${DOCKER_SECRET:../x}', 'c.yaml:1:7 name', 'Docker secret ../x is missing'],
    ['use_listen_notify: ${U}', 'c.yaml:1:20 use_listen_notify', 'environment variable U is not set'],
    ['name: abc\nname: abc', 'c.yaml:2:1', 'invalid YAML: duplicate key'],
    ['name: "abc', 'c.yaml:1:11', 'invalid YAML: missing char'],
    ['a: b\n\tc: d', 'c.yaml:2:1', 'invalid YAML: tab as indent'],
    ['name: *nothing', 'c.yaml:1:7', 'invalid YAML: bad alias'],
    ['a: b\n---\nc: d', 'c.yaml:2:1', 'invalid YAML: multiple docs'],
  ])('%j', async (text, where, message) => {
    const error = await userErrorOf(() => read(text, { E: '', X: 'yes' }));
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
  const error = await userErrorOf(() => read(text));
  expect(error.hint).toContain(hint);
});

test('two names of one setting that say different things: both places are named', async () => {
  const error = await userErrorOf(() => read('database_url: sqlite:///a\n\napplication_database_url: sqlite:///b'));
  expect(error.message).toContain('application_database_url and database_url');
  expect(error.where).toBe('c.yaml:3:27 application_database_url · c.yaml:1:15 database_url');
});

test('all errors of a file are reported at once', async () => {
  const error = await userErrorOf(() =>
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
  const error = await userErrorOf(() => read(text));
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
    const error = await userErrorOf(() => read('name: ${DOCKER_SECRET:empty}', {}, secrets));
    expect(error.message).toBe('Docker secret empty is missing or empty');
  });

  test('that give a password with unencoded letters lead to an error that hides it', async () => {
    const error = await userErrorOf(() => read('system_database_url: postgresql://u:${P}@h/db', { P: 'se/cr@t' }));
    expect(error.where).toBe('c.yaml:1:22 system_database_url · postgresql://u:***@h/db');
    expect(error.hint).toContain('@ as %40');
  });
});

describe('hostile files', () => {
  test('aliases that would fill the memory', async () => {
    const levels = Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    const text = ['a0: &a0 [x]', ...levels, 'database: {migrate: *a60}'].join('\n');
    const error = await userErrorOf(() => read(text));
    expect(error.message).toContain('an entry of database.migrate must be');
  });

  test('merge keys that would take for ever', async () => {
    const levels = Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}]}`);
    const text = ['a0: &a0 {name: abc}', ...levels, '<<: *a60'].join('\n');
    expect((await read(text)).name?.value).toBe('abc');
  });

  test('aliases in great number', async () => {
    const text = `a: &a x\nb: [${'*a ,'.repeat(200_000)}]\ndatabase: {migrate: [*a, *a]}`;
    const started = performance.now();
    expect(await read(text)).toMatchObject({ commands: ['x', 'x'] });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('a mapping merged into itself', async () => {
    expect(await read('database: &d {<<: *d, migrate: [a]}')).toMatchObject({ commands: ['a'] });
  });

  test('nesting that would break the stack', async () => {
    const error = await userErrorOf(() => read('['.repeat(400_000)));
    expect(error.where).toMatch(/^c\.yaml/);
  });
});
