import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import BetterSqlite from 'better-sqlite3';
import {
  check,
  loadConfig,
  migrate,
  type MigratedDatabase,
  plan,
  planReset,
  reset,
  type SegmentEvent,
  statementsOf,
  UserError,
} from '../../src/index.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { userErrorOf } from '../support/rejection.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
const password = 'Geheim:p@ss';
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ password });
});
afterAll(() => server.stop());

/** One URL of each engine, of a database that is not there yet. */
const urls: Readonly<Record<string, () => string>> = {
  SQLite: () => `sqlite:///${join(temporaryDirectory(), 'dbos.sqlite')}`,
  PostgreSQL: () => server.url(`made_${(made += 1)}`),
};
let made = 0;

describe.each(Object.keys(urls))('on %s', (engine) => {
  const newUrl = (): string => urls[engine]!();

  test('a plan says what migrate does, check that all is well afterwards, and reset takes it away', async () => {
    const system = newUrl();
    const planned = await plan({ system });
    expect(planned.databases.map(({ title, ahead }) => [title, ahead])).toEqual([['System database', null]]);
    expect((await check({ system })).equal).toBe(false);

    const { databases } = await migrate({ system });
    expect(databases[0]?.applied.changes.map(({ id }) => id)).toEqual(
      planned.databases[0]?.plan.changes.map(({ id }) => id),
    );
    expect(databases[0]).toMatchObject({ unrecorded: null, grants: null });

    const checked = await check({ system });
    expect(checked.equal).toBe(true);
    expect(checked.databases[0]).toMatchObject({ equal: true, found: null, retired: [], unmanaged: [] });
    expect((await migrate({ system })).databases[0]?.applied.segments).toEqual([]);

    const undone = await planReset({ system });
    expect(statementsOf(undone.databases[0]!.plan).every(({ hazards }) => hazards.length >= 0)).toBe(true);
    expect((await check({ system })).equal).toBe(true);
    const gone = await reset({ system });
    expect(gone.databases[0]?.applied?.changes.length).toBeGreaterThan(100);
    expect((await check({ system })).equal).toBe(false);
    expect((await reset({ system })).databases[0]?.applied?.changes).toEqual([]);
  });

  test('a listener hears of every segment and database in their order', async () => {
    const heard: string[] = [];
    const on = {
      segment: ({ database, state, number, of }: SegmentEvent) => heard.push(`${database} ${state} ${number}/${of}`),
      database: ({ title, applied }: MigratedDatabase) => heard.push(`${title} ${applied.changes.length > 0}`),
    };
    await migrate({ system: newUrl(), application: newUrl(), on });
    expect(heard.filter((line) => line.endsWith('true'))).toEqual([
      'System database true',
      'Application database true',
    ]);
    const begun = heard.filter((line) => line.includes(' begins '));
    expect(heard.filter((line) => line.includes(' is done '))).toEqual(
      begun.map((line) => line.replace('begins', 'is done')),
    );
    expect(begun.length).toBeGreaterThan(1);
  });

  test('what a listener throws ends the run', async () => {
    const on = {
      segment: () => {
        throw new RangeError('enough');
      },
    };
    await expect(migrate({ system: newUrl(), on })).rejects.toThrow('enough');
  });

  test('a reset that is not confirmed changes nothing', async () => {
    const system = newUrl();
    await migrate({ system });
    const { databases } = await reset({ system, confirm: async () => false });
    expect(databases[0]?.applied).toBeNull();
    expect((await check({ system })).equal).toBe(true);
  });

  test('an abort before anything rejects with its reason and leaves nothing behind', async () => {
    const system = newUrl();
    const reason = new Error('no longer wanted');
    for (const run of [plan, check, migrate, reset]) {
      await expect(run({ system, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    }
    const file = system.replace('sqlite:///', '');
    if (engine === 'SQLite') expect(existsSync(file)).toBe(false);
  });

  test('an abort between two databases leaves the first one done and the second one untouched', async () => {
    const [system, application] = [newUrl(), newUrl()];
    const controller = new AbortController();
    const reason = new Error('stop');
    const on = { database: () => controller.abort(reason) };
    await expect(migrate({ system, application, signal: controller.signal, on })).rejects.toBe(reason);
    expect((await check({ system })).equal).toBe(true);
    const { databases } = await plan({ system, application });
    expect(databases.map(({ plan: { changes } }) => changes.length > 0)).toEqual([false, true]);
    await migrate({ system, application });
    expect((await check({ system, application })).equal).toBe(true);
  });
});

test('two databases of one name at two addresses are two', async () => {
  const at = (address: string): string => `${server.url('twice').replace('@127.0.0.1:', '@db:')}?hostaddr=${address}`;
  const { databases } = await plan({ system: at('127.0.0.1'), application: at('127.0.0.1') });
  expect(databases.map(({ title }) => title)).toEqual(['System and application database']);
  // Nothing listens there: it was not taken for the first one.
  const error = await userErrorOf(() => plan({ system: at('127.0.0.1'), application: at('127.0.0.2') }));
  expect(error.message).toContain('127.0.0.2');
});

test('no error of PostgreSQL holds a password, whatever went wrong', async () => {
  const name = `errors_${(made += 1)}`;
  const wrong: readonly string[] = [
    server.url(name, { password: `${password}x` }),
    server.url(name, { user: 'nobody_here' }),
    server.url(name).replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'),
    `${server.url(name)}?sslmode=require`,
    `${server.url(name)}?sslmode=nonsense`,
    server.url(name).replace('postgresql', 'mysql'),
  ];
  for (const system of wrong) {
    const error = await userErrorOf(() => plan({ system }));
    const text = inspect(error, { depth: 20, showHidden: true });
    expect(text).not.toContain('Geheim');
    expect(text).not.toContain(encodeURIComponent(password));
  }
});

describe('nothing is read that was not given', () => {
  const surroundings = { ...process.env };
  afterAll(() => {
    process.env = surroundings;
  });

  test('no variable and no password file', async () => {
    const home = temporaryDirectory({ '.pgpass': `127.0.0.1:*:*:*:${password.replaceAll(':', '\\:')}\n` });
    chmodSync(join(home, '.pgpass'), 0o600);
    const system = server.url('postgres').replace(`:${encodeURIComponent(password)}@`, '@');
    const environment = { HOME: home, PGPASSWORD: '' };
    process.env = { ...surroundings, HOME: home, PGPASSWORD: password, DBOS_SYSTEM_DATABASE_URL: 'sqlite:///x' };
    const error = await userErrorOf(() => plan({ system }));
    expect(error.message).toContain('none was given');
    expect((await plan({ system, environment })).databases).toHaveLength(1);
    expect((await plan({ system, environment: { PGPASSWORD: password } })).databases).toHaveLength(1);
    process.env = surroundings;
  });

  test('a configuration only where it is asked for', async () => {
    const directory = temporaryDirectory({
      'dbos-config.yaml': 'name: app\nsystem_database_url: sqlite:///./from-file.sqlite\n',
    });
    const config = await loadConfig({ workingDirectory: directory });
    expect(config).toMatchObject({ system: 'sqlite:///./from-file.sqlite', schema: 'dbos', warnings: [] });
    await migrate(config);
    expect(readdirSync(directory).toSorted()).toEqual(['dbos-config.yaml', 'from-file.sqlite']);
    const variable = { DBOS_SYSTEM_DATABASE_URL: 'sqlite:///./from-variable.sqlite' };
    expect((await loadConfig({ workingDirectory: directory, environment: variable })).system).toContain(
      'from-variable',
    );
    const overrides = { system: 'sqlite:///./from-caller.sqlite' };
    expect((await loadConfig({ workingDirectory: directory, environment: variable, overrides })).system).toContain(
      'from-caller',
    );
  });
});

describe('on SQLite', () => {
  test('an abort while another process keeps the file locked ends at once, with nothing done', async () => {
    const path = join(temporaryDirectory(), 'dbos.sqlite');
    const system = `sqlite:///${path}`;
    await migrate({ system });
    const other = new BetterSqlite(path);
    other.exec('DROP INDEX idx_workflow_topic; BEGIN EXCLUSIVE');
    const controller = new AbortController();
    const reason = new Error('too long');
    setTimeout(() => controller.abort(reason), 300);
    const started = Date.now();
    await expect(migrate({ system, signal: controller.signal })).rejects.toBe(reason);
    expect(Date.now() - started).toBeLessThan(2_000);
    other.exec('COMMIT');
    other.close();
    await migrate({ system });
    expect((await check({ system })).equal).toBe(true);
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  test('a relative path counts from the working directory that is given', async () => {
    const workingDirectory = temporaryDirectory();
    await migrate({ system: 'sqlite:///./here.sqlite', workingDirectory });
    expect(existsSync(join(workingDirectory, 'here.sqlite'))).toBe(true);
  });

  test('a mistake in a request is one error, and opens nothing', async () => {
    for (const request of [
      { system: '' },
      { system: 'sqlite:///x', role: 'app' },
      { system: 'sqlite:///x', schema: '' },
      { system: 'nonsense' },
    ]) {
      expect(await userErrorOf(() => migrate(request))).toBeInstanceOf(UserError);
    }
    expect(existsSync('x')).toBe(false);
  });
});
