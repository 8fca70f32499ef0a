import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { resolveConfiguration } from '../../src/config/resolve.ts';
import type { Flags } from '../../src/config/resolve.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { printed } from '../support/rejection.ts';
import { mistakeOf } from './support.ts';

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

const refusal = (given: Given) => mistakeOf(() => resolve(given));

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

test('paths of SQLite files count from the working directory, and the file is named as it was given', async () => {
  const files = { 'config/dev.yaml': 'system_database_url: sqlite:///./x/../y.db\ndatabase: {migrate: ["echo ${X}"]}' };
  const found = await resolve({ files, environment: { DBOS_CONFIG: 'config/dev.yaml' } });
  expect(found.system.url).toMatchObject({ path: join(found.workingDirectory, 'y.db') });
  expect(found.file).toBe('config/dev.yaml');
  expect(found.commands).toEqual(['echo ${X}']);
});

test('a percent sign that newer runtimes decode is warned of, once', async () => {
  const { system, warnings } = await resolve({ flags: { applicationDatabaseUrl: 'sqlite:////tmp/a%20b.db' } });
  expect(system.url).toMatchObject({ path: '/tmp/a%20b.db' });
  expect(warnings).toEqual([expect.stringContaining('%')]);
});

test('what else a file says', async () => {
  const file = 'name: app\nuse_listen_notify: false\ndatabase: {ignore: [table:a]}';
  expect(await resolve({ file })).toMatchObject({ listenNotify: false, ignore: ['table:a'], commands: [] });
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

describe('the role of the application', () => {
  const url = { systemDatabaseUrl: 'postgresql://h/s' };
  const environment = { DBOS_APP_ROLE: 'of environment' };
  const file = 'app_role: of file';

  test.each<[string, Given, string | null]>([
    ['the flag', { flags: { ...url, role: 'of flag' }, environment, file }, 'of flag'],
    ['DBOS_APP_ROLE', { flags: url, environment, file }, 'of environment'],
    ['app_role', { flags: url, file }, 'of file'],
    ['app_role, where the variable is empty', { flags: url, environment: { DBOS_APP_ROLE: '' }, file }, 'of file'],
    ['nobody', { flags: url }, null],
  ])('comes from %s', async (_, given, role) => {
    expect(await resolve(given)).toMatchObject({ role, notes: [], warnings: [] });
  });

  test('of the environment is checked as the flag is', async () => {
    for (const role of [
      'public',
      'pg_monitor',
      'x'.repeat(64),
      'postgresql://u:Geheim@h/db',
      'host=h password=Geheim',
    ]) {
      const error = await refusal({ flags: url, environment: { DBOS_APP_ROLE: role } });
      expect(error.where).toBe('DBOS_APP_ROLE');
      expect(printed(error)).not.toContain('Geheim');
    }
  });

  test.each<[string, Given, string]>([
    ['DBOS_APP_ROLE', { environment }, 'DBOS_APP_ROLE'],
    ['app_role', { file }, 'dbos-config.yaml:1:11 app_role'],
  ])('means nothing on SQLite, which is said where it comes from %s', async (_, given, source) => {
    const flags = { systemDatabaseUrl: 'sqlite:///s' };
    const notes = [`the role of ${source} gets nothing: SQLite has no roles`];
    expect(await resolve({ ...given, flags })).toMatchObject({ role: null, notes, warnings: [] });
    const error = await refusal({ ...given, flags: { ...flags, role: 'r' } });
    expect(error.message).toContain('SQLite has no roles');
    expect(error.where).toBe('--app-role');
  });
});

describe('a database that nobody named is said', () => {
  test('no URL given', async () => {
    const { notes } = await resolve({ file: 'language: python\nname: myapp' });
    expect(notes).toEqual(['no URL given: sqlite:///./myapp.sqlite, from name (dbos-config.yaml:2:7)']);
  });

  test.each([
    ['--sys-db-url', { flags: { systemDatabaseUrl: 'postgresql://h' } }],
    ['DBOS_SYSTEM_DATABASE_URL', { environment: { DBOS_SYSTEM_DATABASE_URL: 'postgresql://h/' } }],
    ['dbos-config.yaml:1:22 system_database_url', { file: 'system_database_url: postgresql://h' }],
  ])('a URL without a database: %s', async (source, given: Given) => {
    const environment = { ...given.environment, PGDATABASE: 'mine' };
    const { system, notes } = await resolve({ ...given, environment });
    expect(system.url).toMatchObject({ text: 'postgresql://h/mine', database: 'mine' });
    expect(notes).toEqual([`the URL of ${source} names no database: "mine", from PGDATABASE`]);
    expect((await refusal(given)).message).toBe('the database URL names no database');
  });

  test('the application’s, from which that of the system follows', async () => {
    const given = { flags: { applicationDatabaseUrl: 'postgresql://h' }, environment: { PGDATABASE: 'app' } };
    const { system, application, notes } = await resolve(given);
    expect([application?.url.text, system.url.text]).toEqual(['postgresql://h/app', 'postgresql://h/app_dbos']);
    expect(notes).toEqual(['the URL of --db-url names no database: "app", from PGDATABASE']);
  });

  test('and no note is made where URLs are given', async () => {
    expect(await resolve(everything)).toMatchObject({ notes: [], warnings: [] });
    expect(await resolve({ flags: { applicationDatabaseUrl: 'postgresql://h/a' } })).toMatchObject({ notes: [] });
  });

  test('a server in the way of older releases is not passed over for a file', async () => {
    const file = 'name: app\ndatabase:\n  hostname: db\n  username: u\n  password: Geheim\n';
    const error = await refusal({ file });
    expect(error).toMatchObject({
      message: 'the file names a database server in the way of older releases, and no URL',
      where: 'dbos-config.yaml:3:3 database.hostname',
    });
    expect(error.hint).toContain('system_database_url: postgresql://');
    expect(printed(error)).not.toContain('Geheim');
    expect(await resolve({ file, flags: { systemDatabaseUrl: 'sqlite:///s' } })).toMatchObject({ warnings: [] });
  });
});

describe('what is ignored is warned of', () => {
  test('once, where two URLs have it', async () => {
    const { warnings } = await resolve({ flags: { applicationDatabaseUrl: 'postgresql://h/a?schema=x' } });
    expect(warnings).toEqual([
      'schema in the database URL is ignored: the schema is that of --schema or dbos_system_schema',
    ]);
  });

  test.each(['mode=ro', 'vfs=x', 'timeout=3&immutable=1'])('in an SQLite URL: ?%s', async (query) => {
    const { warnings } = await resolve({ flags: { systemDatabaseUrl: `sqlite:///a?${query}` } });
    expect(warnings).toEqual([expect.stringContaining('behind the ? of the SQLite URL is ignored')]);
  });

  test.each(['', 'timeout=3', 'check_same_thread=false&timeout=3', 'uri=false'])(
    'but not what changes nothing: ?%s',
    async (query) => {
      expect(await resolve({ flags: { systemDatabaseUrl: `sqlite:///a?${query}` } })).toMatchObject({ warnings: [] });
    },
  );

  test('no secret of an SQLite URL is shown', async () => {
    const { warnings } = await resolve({ flags: { systemDatabaseUrl: 'sqlite:///a%20b?key=Geheim' } });
    expect(warnings).toHaveLength(2);
    expect(warnings.join('\n')).not.toContain('Geheim');
  });

  test.each([
    ['DBOS_SYSTM_DATABASE_URL', 'DBOS_SYSTEM_DATABASE_URL'],
    ['DBOS_SYSTEM_DATABSE_URL', 'DBOS_SYSTEM_DATABASE_URL'],
    ['DBOS_SYS_DB_URL', 'DBOS_SYSTEM_DATABASE_URL'],
    ['DBOS_SYSTEM_DB_URL', 'DBOS_SYSTEM_DATABASE_URL'],
    ['DBOS_DB_URL', 'DBOS_DATABASE_URL'],
    ['DBOS_APP_DATABASE_URL', 'DBOS_APPLICATION_DATABASE_URL'],
    ['DBOS_APPROLE', 'DBOS_APP_ROLE'],
    ['DBOS_CONFG', 'DBOS_CONFIG'],
  ])('a variable that is nearly one of ours: %s', async (name, meant) => {
    const { warnings } = await resolve({ file: 'name: app', environment: { [name]: 'postgresql://u:Geheim@h/db' } });
    expect(warnings).toEqual([`nobody reads the variable ${name}: did you mean ${meant}?`]);
    expect(await resolve({ file: 'name: app', environment: { [name]: '' } })).toMatchObject({ warnings: [] });
  });

  test('variables of others pass', async () => {
    const names = 'DBOS__CLOUD DBOS__VMID DBOS_APP_NAME DBOS_CONDUCTOR_KEY DBOS_SYSTEM_JDBC_URL DATABASE_URL DBOS_HOST';
    const environment = Object.fromEntries(names.split(' ').map((name) => [name, 'x']));
    expect(await resolve({ file: 'name: app', environment })).toMatchObject({ warnings: [] });
  });
});

test('a misspelt variable is named where there is no URL', async () => {
  const environment = { DBOS_SYSTEM_DATABSE_URL: 'sqlite:///made.sqlite' };
  const error = await refusal({ environment });
  expect(error.message).toBe('no database URL is given');
  expect(error.hint).toContain(
    'nobody reads the variable DBOS_SYSTEM_DATABSE_URL: did you mean DBOS_SYSTEM_DATABASE_URL?\npass --sys-db-url',
  );
});
