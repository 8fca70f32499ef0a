import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { resolveConfiguration } from '../../src/config/resolve.ts';
import type { Flags } from '../../src/config/resolve.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { printed, userErrorOf } from '../support/rejection.ts';

const temporaryDirectory = temporaryDirectories();

interface Given {
  readonly flags?: Flags;
  readonly environment?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly files?: Readonly<Record<string, string>>;
}

async function resolve({ flags = {}, environment = {}, file, files = {} }: Given) {
  const workingDirectory = temporaryDirectory(file === undefined ? files : { ...files, 'dbos-config.yaml': file });
  const configuration = await resolveConfiguration({ flags, environment, workingDirectory });
  return { ...configuration, workingDirectory };
}

const refusal = (given: Given) => userErrorOf(() => resolve(given));

const everything = {
  flags: { systemDatabaseUrl: 'postgresql://flag/s', applicationDatabaseUrl: 'postgresql://flag/a', schema: 'flag' },
  environment: { DBOS_SYSTEM_DATABASE_URL: 'postgresql://env/s', DBOS_DATABASE_URL: 'postgresql://env/a' },
  file: [
    'name: my_app',
    'system_database_url: postgresql://file/s',
    'application_database_url: postgresql://file/a',
    'dbos_system_schema: file',
  ].join('\n'),
};

describe('the order: flag, environment, file, derived', () => {
  test.each<[string, Given, [string, string, string], [string, string, string] | null]>([
    ['all', everything, ['postgresql://flag/s', '--sys-db-url', 'flag'], ['postgresql://flag/a', '--db-url', 'flag']],
    [
      'no flags',
      { ...everything, flags: {} },
      ['postgresql://env/s', 'DBOS_SYSTEM_DATABASE_URL', 'file'],
      ['postgresql://env/a', 'DBOS_DATABASE_URL', 'file'],
    ],
    [
      'the file only',
      { file: everything.file },
      ['postgresql://file/s', 'dbos-config.yaml:2:22 system_database_url', 'file'],
      ['postgresql://file/a', 'dbos-config.yaml:3:27 application_database_url', 'file'],
    ],
    [
      'an empty environment',
      { ...everything, flags: {}, environment: { DBOS_SYSTEM_DATABASE_URL: '', DBOS_DATABASE_URL: '' } },
      ['postgresql://file/s', 'dbos-config.yaml:2:22 system_database_url', 'file'],
      ['postgresql://file/a', 'dbos-config.yaml:3:27 application_database_url', 'file'],
    ],
    [
      'each by itself',
      { flags: { systemDatabaseUrl: 'postgresql://flag/s' }, file: 'database_url: postgresql://file/a' },
      ['postgresql://flag/s', '--sys-db-url', 'dbos'],
      ['postgresql://file/a', 'dbos-config.yaml:1:15 database_url', 'dbos'],
    ],
    [
      'the other name in the environment',
      { environment: { DBOS_SYSTEM_DATABASE_URL: 'sqlite:////s', DBOS_APPLICATION_DATABASE_URL: 'sqlite:////a' } },
      ['sqlite:////s', 'DBOS_SYSTEM_DATABASE_URL', 'dbos'],
      ['sqlite:////a', 'DBOS_APPLICATION_DATABASE_URL', 'dbos'],
    ],
    [
      'both names with one value',
      { environment: { DBOS_DATABASE_URL: 'sqlite:////a', DBOS_APPLICATION_DATABASE_URL: 'sqlite:////a' } },
      ['sqlite:////a', 'derived from DBOS_DATABASE_URL', 'dbos'],
      ['sqlite:////a', 'DBOS_DATABASE_URL', 'dbos'],
    ],
    [
      'no application database',
      { flags: { systemDatabaseUrl: 'postgresql://flag/s' } },
      ['postgresql://flag/s', '--sys-db-url', 'dbos'],
      null,
    ],
  ])('%s', async (_, given, [system, source, schema], application) => {
    const found = await resolve(given);
    expect(found.system).toMatchObject({ url: { text: system }, source });
    expect(found.schema).toBe(schema);
    expect(found.application && [found.application.url.text, found.application.source, schema]).toEqual(application);
  });

  test('where the schema came from', async () => {
    expect(await resolve(everything)).toMatchObject({ schemaSource: '--schema' });
    const given = { file: everything.file };
    expect(await resolve(given)).toMatchObject({ schemaSource: 'dbos-config.yaml:4:21 dbos_system_schema' });
    expect(await resolve({ file: 'name: app' })).toMatchObject({ schema: 'dbos', schemaSource: 'default' });
  });
});

describe('the system database that follows from the application database', () => {
  test('has _dbos behind its name', async () => {
    const url = 'postgresql+psycopg://u:p%40@h:5433/app?sslmode=require';
    const { system, derived } = await resolve({ flags: { applicationDatabaseUrl: url } });
    expect(derived).toBe(true);
    expect(system).toMatchObject({
      url: { text: url.replace('app', 'app_dbos'), database: 'app_dbos', password: 'p@', port: 5433 },
      source: 'derived from --db-url',
    });
  });

  test('is the same file on SQLite', async () => {
    const { system, application, derived } = await resolve({ file: 'application_database_url: sqlite:///a.db' });
    expect(derived).toBe(true);
    expect(system.url).toEqual(application?.url);
    expect(system.source).toBe('derived from dbos-config.yaml:1:27 application_database_url');
  });

  test('is not named for the operator where one is given', async () => {
    expect(await resolve(everything)).toMatchObject({ derived: false });
  });

  test.each([
    [58, null],
    [59, '64 bytes'],
  ])('has a name of 63 bytes at most: %d and 5', async (length, message) => {
    const given = { environment: { DBOS_DATABASE_URL: `postgresql://u:secret@h/${'a'.repeat(length)}` } };
    if (message === null) return expect(await resolve(given)).toMatchObject({ derived: true });
    const error = await refusal(given);
    expect(error.message).toContain(message);
    expect(error.where).toBe('derived from DBOS_DATABASE_URL');
    expect(error.hint).toContain('--sys-db-url');
    expect(printed(error)).not.toContain('secret');
  });
});

describe('a file with a name and no URL', () => {
  test('names an SQLite file in the working directory', async () => {
    const { system, application, derived, warnings, workingDirectory } = await resolve({ file: 'name: my_app' });
    expect(system).toEqual({
      url: { dialect: 'sqlite', text: 'sqlite:///./my_app.sqlite', path: join(workingDirectory, 'my_app.sqlite') },
      source: 'derived from dbos-config.yaml:1:7 name',
    });
    expect([application, derived, warnings]).toEqual([null, false, []]);
  });

  test.each([
    ['my-app', 'my_app.sqlite'],
    ['1st', '_1st.sqlite'],
  ])('is warned of where the runtime opens another one: %s', async (name, theirs) => {
    const { system, warnings } = await resolve({ file: `name: ${name}` });
    expect(system.url.text).toBe(`sqlite:///./${name}.sqlite`);
    expect(warnings).toEqual([expect.stringContaining(theirs)]);
  });
});

test.each<[string, Given]>([
  ['no file', {}],
  ['a file without a name', { file: 'language: python' }],
  ['empty variables', { environment: { DBOS_SYSTEM_DATABASE_URL: '', DBOS_CONFIG: '' } }],
])('nothing at all is an error that says the three ways to give a URL: %s', async (_, given) => {
  const { message, hint } = await refusal(given);
  expect(message).toBe('no database URL is given');
  for (const way of ['--sys-db-url', 'DBOS_SYSTEM_DATABASE_URL', 'dbos-config.yaml']) expect(hint).toContain(way);
});

test('two names of one variable with different values', async () => {
  const a = 'postgresql://u:secret@h/a';
  const error = await refusal({ environment: { DBOS_DATABASE_URL: a, DBOS_APPLICATION_DATABASE_URL: `${a}b` } });
  expect(error.message).toContain('DBOS_DATABASE_URL and DBOS_APPLICATION_DATABASE_URL');
  expect(printed(error)).not.toContain('secret');
});

describe('flags', () => {
  test.each<[keyof Flags, string]>([
    ['config', '--config'],
    ['systemDatabaseUrl', '--sys-db-url'],
    ['applicationDatabaseUrl', '--db-url'],
    ['schema', '--schema'],
    ['role', '--app-role'],
  ])('%s may not be empty', async (flag, name) => {
    const error = await refusal({ ...everything, flags: { ...everything.flags, [flag]: '' } });
    expect(error.message).toBe(`${name} is empty`);
  });

  test('a role', async () => {
    expect(await resolve(everything)).toMatchObject({ role: null });
    const given = { ...everything, flags: { role: 'My "role"' } };
    expect(await resolve(given)).toMatchObject({ role: 'My "role"' });
  });

  test.each(['public', 'pg_x', 'a'.repeat(64)])('not a role: %s', async (role) => {
    expect((await refusal({ ...everything, flags: { role } })).where).toBe('--app-role');
  });

  test.each(['pg_x', 'information_schema', 'é'.repeat(32)])('not a schema: %s', async (schema) => {
    expect((await refusal({ ...everything, flags: { schema } })).where).toBe('--schema');
    expect((await refusal({ file: 'name: app', flags: { schema } })).where).toBe('--schema');
  });

  test('a role on SQLite is an error, a schema a warning', async () => {
    const file = 'name: app\ndbos_system_schema: file';
    expect((await refusal({ file, flags: { role: 'r' } })).message).toContain('SQLite has no roles');
    const { schema, warnings } = await resolve({ file, flags: { schema: 'flag' } });
    expect(schema).toBe('file');
    expect(warnings).toEqual(['--schema is ignored: SQLite has no schemas']);
  });

  test('a schema counts where one of the databases has schemas', async () => {
    const flags = { systemDatabaseUrl: 'sqlite:///s', applicationDatabaseUrl: 'postgresql://h/a', schema: 'flag' };
    expect(await resolve({ flags })).toMatchObject({ schema: 'flag', warnings: [] });
  });
});

test('paths of SQLite files count from the working directory, commands from the file', async () => {
  const files = { 'config/dev.yaml': 'system_database_url: sqlite:///./x/../y.db\ndatabase: {migrate: ["echo ${X}"]}' };
  const found = await resolve({ files, environment: { DBOS_CONFIG: 'config/dev.yaml' } });
  expect(found.system.url).toMatchObject({ path: join(found.workingDirectory, 'y.db') });
  expect(found.file).toEqual({ path: 'config/dev.yaml', directory: join(found.workingDirectory, 'config') });
  expect(found.commands).toEqual(['echo ${X}']);
});

test('a percent sign that newer runtimes decode is warned of, once', async () => {
  const { system, warnings } = await resolve({ flags: { applicationDatabaseUrl: 'sqlite:////tmp/a%20b.db' } });
  expect(system.url).toMatchObject({ path: '/tmp/a%20b.db' });
  expect(warnings).toEqual([expect.stringContaining('%')]);
});

test('what else a file says', async () => {
  const file = 'name: app\nuse_listen_notify: false\ndatabase: {ignore: [a]}';
  expect(await resolve({ file })).toMatchObject({ listenNotify: false, ignore: ['a'], commands: [] });
  const flags = { systemDatabaseUrl: 'sqlite:///a' };
  expect(await resolve({ flags })).toMatchObject({ listenNotify: true, ignore: [], commands: [], file: null });
});

test('secrets are read where they are said to be', async () => {
  const workingDirectory = temporaryDirectory({
    'dbos-config.yaml': 'system_database_url: postgresql://u:${DOCKER_SECRET:pw}@h/db',
    'secrets/pw': 's\n',
  });
  const secretsDirectory = join(workingDirectory, 'secrets');
  const found = await resolveConfiguration({ flags: {}, environment: {}, workingDirectory, secretsDirectory });
  expect(found.system.url).toMatchObject({ password: 's' });
});
