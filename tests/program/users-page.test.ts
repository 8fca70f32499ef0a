import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bareEnvironment, type CliOptions, type CliResult, programPath, runCli } from '../support/cli.ts';
import { expectLinesInOrder } from '../support/lines.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runOnTerminal, testOnTerminal } from '../support/terminal.ts';

const temporaryDirectory = temporaryDirectories();

/** The page's scripts and files, as it has them. */
const pageFiles = fileURLToPath(new URL('../../fixtures/users-page/', import.meta.url));

/** The program under its name, in a directory that stands in front of the others. */
const wrapper = `#!/bin/sh\nexec "${process.execPath}" "${programPath()}" "$@"\n`;
const pathOf = (cwd: string): string => [join(cwd, 'bin'), dirname(process.execPath), process.env['PATH']].join(':');

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ password: 'dbos', settings: { log_connections: true } });
});
afterAll(() => server.stop());

/** The page's URLs name no port and no user, so these come from the environment, as with libpq. */
const surroundings = () => ({ PGPORT: String(server.port), PGUSER: 'postgres', PGPASSWORD: 'dbos' });

function dbos(args: string, options: CliOptions = {}): Promise<CliResult> {
  return runCli(args.split(' '), {
    cwd: temporaryDirectory(),
    ...options,
    env: { ...surroundings(), ...options.env },
  });
}

const configured = (text: string, files: Readonly<Record<string, string>> = {}): { readonly cwd: string } => ({
  cwd: temporaryDirectory({ 'dbos-config.yaml': text, ...files }),
});

const tables = async (database: string, schema = 'dbos'): Promise<readonly unknown[]> => {
  const rows = await server.query(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`, database);
  return rows.map((row) => row['tablename']);
};

const databases = async (): Promise<readonly unknown[]> =>
  (await server.query('SELECT datname FROM pg_database')).map((row) => row['datname']);

/** Every example of the page starts on a server on which none of its databases is. */
beforeEach(async () => {
  for (const name of await databases()) {
    if (!/^(?:postgres|template\d)$/.test(String(name))) await server.query(`DROP DATABASE "${String(name)}"`);
  }
});

const page = {
  system: [
    ...['workflow_status', 'workflow_inputs', 'workflow_outputs', 'operation_outputs', 'workflow_events'],
    ...['workflow_queue', 'scheduled_workflows', 'migrations'],
  ],
  grants: [
    'GRANT USAGE ON SCHEMA "dbos" TO "myapp_user"',
    'GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA "dbos" TO "myapp_user"',
    'GRANT ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA "dbos" TO "myapp_user"',
    'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "dbos" TO "myapp_user"',
  ],
};

describe('dbos migrate', () => {
  test('basic migration', async () => {
    const files = configured('name: myapp\napplication_database_url: postgresql://localhost/myapp\n');
    const { stdout, stderr, exitCode } = await dbos('migrate', files);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'Starting DBOS migrations',
      'Application database: postgresql://localhost/myapp',
      'System database: postgresql://localhost/myapp_dbos',
      'DBOS system schema: dbos',
    ]);
    expect(await tables('myapp_dbos')).toEqual(expect.arrayContaining(page.system));
    expect(await tables('myapp')).toContain('migrations');
    expect(await tables('myapp')).not.toContain('workflow_status');
  });

  test('with explicit database URLs', async () => {
    const { stdout, exitCode } = await dbos(
      'migrate --sys-db-url postgresql://localhost/prod_dbos --db-url postgresql://localhost/prod_app',
    );
    expect(exitCode).toBe(0);
    expectLinesInOrder(stdout, [
      'Starting DBOS migrations',
      'Application database: postgresql://localhost/prod_app',
      'System database: postgresql://localhost/prod_dbos',
      'DBOS system schema: dbos',
    ]);
    expect(await databases()).toEqual(expect.arrayContaining(['prod_dbos', 'prod_app']));
  });

  test('grant permissions to application role', async () => {
    await server.query('DROP ROLE IF EXISTS myapp_user; CREATE ROLE myapp_user');
    const files = configured('system_database_url: postgresql://localhost/myapp_dbos\n');
    const lines = [
      'Starting DBOS migrations',
      'System database: postgresql://localhost/myapp_dbos',
      'DBOS system schema: dbos',
      'Granting permissions for the dbos schema to myapp_user in database postgresql://localhost/myapp_dbos',
      ...page.grants,
    ];
    const first = await dbos('migrate --app-role myapp_user', files);
    expectLinesInOrder(first.stdout, lines);
    expect(first.stdout).not.toContain('The role had');
    await server.mark();
    const second = await dbos('migrate --app-role myapp_user', files);
    expectLinesInOrder(second.stdout, [...lines, 'The role had all of these already.']);
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect((await server.messages('myapp_dbos')).join('\n')).not.toMatch(/^GRANT /m);
  });

  test('what is granted stands in the database, for tables to come too', async () => {
    await server.query('DROP ROLE IF EXISTS myapp_user; CREATE ROLE myapp_user');
    await dbos('migrate --app-role myapp_user --sys-db-url postgresql://localhost/myapp_dbos');
    await server.query('CREATE TABLE dbos.later (id int)', 'myapp_dbos');
    const rows = await server.query(
      `SELECT has_table_privilege('myapp_user', 'dbos.later', 'SELECT, INSERT, UPDATE, DELETE') AS later,
        has_table_privilege('myapp_user', 'dbos.workflow_status', 'DELETE') AS status,
        has_schema_privilege('myapp_user', 'dbos', 'CREATE') AS "create"`,
      'myapp_dbos',
    );
    expect(rows).toEqual([{ later: true, status: true, create: false }]);
  });

  test('custom schema name', async () => {
    const files = configured('system_database_url: postgresql://localhost/myapp_dbos\n');
    const { stdout, exitCode } = await dbos('migrate --schema custom_dbos', files);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('DBOS system schema: custom_dbos\n');
    expect(await tables('myapp_dbos', 'custom_dbos')).toEqual(expect.arrayContaining(page.system));
    expect(await tables('myapp_dbos')).toEqual([]);
  });

  test('custom application migrations, after the tables are there', async () => {
    const files = configured(
      `system_database_url: postgresql://localhost/myapp_dbos
database:
  migrate:
    - alembic upgrade head
    - python scripts/seed_data.py
`,
      {
        'bin/alembic': program(
          'INFO [alembic.runtime.migration] Running upgrade -> 001, initial schema',
          'INFO [alembic.runtime.migration] Running upgrade 001 -> 002, add user table',
        ),
        'bin/python': program('Seeded 100 initial records'),
      },
    );
    for (const name of ['alembic', 'python']) chmodSync(join(files.cwd, 'bin', name), 0o755);
    const env = { PATH: `${join(files.cwd, 'bin')}:${process.env['PATH']}` };
    const { stdout, exitCode } = await dbos('migrate', { ...files, env });
    expect(exitCode).toBe(0);
    expectLinesInOrder(stdout, [
      'Starting DBOS migrations',
      'System database: postgresql://localhost/myapp_dbos',
      'DBOS system schema: dbos',
      "Executing migration commands from 'dbos-config.yaml'",
      'Executing migration command: alembic upgrade head',
      'INFO [alembic.runtime.migration] Running upgrade -> 001, initial schema',
      'INFO [alembic.runtime.migration] Running upgrade 001 -> 002, add user table',
      'Executing migration command: python scripts/seed_data.py',
      'Seeded 100 initial records',
    ]);
    expect(stdout.endsWith('Seeded 100 initial records\n')).toBe(true);
    expect(stdout.indexOf('created')).toBeLessThan(stdout.indexOf('Executing'));
  });
});

/** A program of the operator's that prints these lines. */
const program = (...lines: readonly string[]): string =>
  `#!/bin/sh\n${lines.map((line) => `echo '${line}'\n`).join('')}`;

describe('dbos reset', () => {
  const question =
    'This command resets your DBOS system database, deleting metadata about past workflows and steps. Are you sure you want to proceed? [y/N]: ';
  const config = 'application_database_url: postgresql://localhost/myapp\n';

  testOnTerminal('interactive reset (with confirmation)', async () => {
    const files = configured(config);
    await dbos('migrate', files);
    const { screen, exitCode } = await runOnTerminal(['reset'], {
      ...files,
      env: surroundings(),
      answer: { to: question, keys: 'y\n' },
    });
    const [above, below] = screen.split(question);
    expect(above).toMatch(/^Database: myapp_dbos \(.*\)\nSchema: dbos\nWorkflows: 0\nSize: \d+ kB\n$/);
    expect(below).toBe('y\nResetting system database...\nSystem database reset successfully.\n');
    expect(exitCode).toBe(0);
    expect(await tables('myapp_dbos')).toEqual([]);
    expect(await tables('myapp')).toContain('transaction_completion');
  });

  test('non-interactive reset, and migrate makes the tables again', async () => {
    const files = configured(config);
    await dbos('migrate', files);
    expect(await dbos('reset --yes', files)).toEqual({
      stdout: 'Resetting system database...\nSystem database reset successfully.\n',
      stderr: '',
      exitCode: 0,
    });
    await dbos('migrate', files);
    expect(await tables('myapp_dbos')).toEqual(expect.arrayContaining(page.system));
  });

  test('reset specific database', async () => {
    await dbos('migrate --sys-db-url postgresql://localhost/test_dbos');
    const { stdout, exitCode } = await dbos('reset --sys-db-url postgresql://localhost/test_dbos --yes');
    expect(stdout).toBe('Resetting system database...\nSystem database reset successfully.\n');
    expect(exitCode).toBe(0);
    expect(await databases()).toContain('test_dbos');
  });
});

describe('SQLite', () => {
  test('absolute path', async () => {
    const file = join(temporaryDirectory(), 'database.sqlite');
    const { stdout, exitCode } = await dbos(`migrate --sys-db-url sqlite:///${file}`);
    expect([exitCode, existsSync(file)]).toEqual([0, true]);
    expectLinesInOrder(stdout, ['Starting DBOS migrations', `System database: sqlite:///${file}`]);
  });

  test('relative path (recommended)', async () => {
    const cwd = temporaryDirectory();
    const { exitCode } = await dbos('migrate --sys-db-url sqlite:///./myapp.sqlite', { cwd });
    expect([exitCode, existsSync(join(cwd, 'myapp.sqlite'))]).toEqual([0, true]);
  });
});

describe('PostgreSQL', () => {
  test('for production, with user, password, host and port', async () => {
    const url = `postgresql://postgres:dbos@127.0.0.1:${server.port}/production`;
    const { stdout, exitCode } = await dbos(`migrate --sys-db-url ${url}`, {
      env: { PGPORT: '1', PGUSER: 'nobody', PGPASSWORD: 'wrong' },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`System database: postgresql://postgres:***@127.0.0.1:${server.port}/production\n`);
  });

  test('with query parameters', async () => {
    const url = 'postgresql://postgres:dbos@localhost/db?connect_timeout=10&sslmode=prefer&application_name=the_page';
    await server.mark();
    const { stdout, exitCode } = await dbos(`migrate --sys-db-url ${url}`);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`System database: ${url.replace(':dbos@', ':***@')}\n`);
    expect(await server.log()).toContain('application_name=the_page');
  });
});

describe('permissions management', () => {
  test('an administrator migrates, and the application runs under a role that may not', async () => {
    for (const statement of [
      "CREATE ROLE dbos_admin WITH LOGIN PASSWORD 'admin_password'",
      "CREATE ROLE dbos_app WITH LOGIN PASSWORD 'app_password'",
      'CREATE DATABASE myapp_dbos OWNER dbos_admin',
      'CREATE DATABASE myapp OWNER dbos_admin',
    ])
      await server.query(statement);
    const urls = (user: string): string =>
      `--sys-db-url postgresql://${user}@localhost/myapp_dbos --db-url postgresql://${user}@localhost/myapp`;
    const admin = await dbos(`migrate ${urls('dbos_admin:admin_password')} --app-role dbos_app`);
    expect([admin.stderr, admin.exitCode]).toEqual(['', 0]);
    for (const database of ['myapp', 'myapp_dbos']) {
      expect(admin.stdout).toContain(
        `Granting permissions for the dbos schema to dbos_app in database postgresql://dbos_admin:***@localhost/${database}\n`,
      );
    }
    const app = await dbos(`migrate --check ${urls('dbos_app:app_password')}`);
    expect([app.stderr, app.exitCode]).toEqual(['', 0]);
    await server.query(
      "SET ROLE dbos_app; SELECT dbos.enqueue_workflow('w', 'q'); DELETE FROM dbos.workflow_status",
      'myapp_dbos',
    );
  });
});

describe('migration patterns', () => {
  test('development setup: a system database that is not there yet', async () => {
    await server.query('CREATE DATABASE myapp_dev');
    const { exitCode } = await dbos(
      `migrate --sys-db-url postgresql://postgres:dbos@localhost:${server.port}/myapp_dev_dbos`,
    );
    expect(exitCode).toBe(0);
    expect(await tables('myapp_dev_dbos')).toEqual(expect.arrayContaining(page.system));
  });

  test('production deployment: an administrator migrates, and a limited role starts the application', async () => {
    await server.query(`CREATE ROLE production_admin LOGIN CREATEDB PASSWORD 'a'`);
    await server.query(`CREATE ROLE production_app LOGIN PASSWORD 'b'`);
    const application = `for (const name of ['DBOS_SYSTEM_DATABASE_URL', 'DBOS_DATABASE_URL']) console.log(process.env[name]);`;
    const cwd = temporaryDirectory({
      'deploy.sh': readFileSync(join(pageFiles, 'deploy.sh')),
      'main.mjs': application,
      'dbos-config.yaml': 'name: myapp\nruntimeConfig:\n  start:\n    - node main.mjs\n',
      'bin/dbos': wrapper,
    });
    chmodSync(join(cwd, 'bin/dbos'), 0o755);
    const url = (user: string, database: string): string => `postgresql://${user}@localhost:${server.port}/${database}`;
    const { status, stdout, stderr } = spawnSync('bash', ['deploy.sh'], {
      cwd,
      encoding: 'utf8',
      env: {
        ...bareEnvironment(),
        PATH: pathOf(cwd),
        ADMIN_SYSTEM_DB_URL: url('production_admin:a', 'production_dbos'),
        ADMIN_APP_DB_URL: url('production_admin:a', 'production'),
        APP_SYSTEM_DB_URL: url('production_app:b', 'production_dbos'),
        APP_DATABASE_URL: url('production_app:b', 'production'),
      },
    });
    expect([stderr, status]).toEqual(['', 0]);
    expectLinesInOrder(stdout, [
      'Starting DBOS migrations',
      'Executing start command: node main.mjs',
      url('production_app:b', 'production_dbos'),
      url('production_app:b', 'production'),
    ]);
    const flags = `--sys-db-url ${url('production_app:b', 'production_dbos')} --db-url ${url('production_app:b', 'production')}`;
    expect((await dbos(`migrate --check ${flags}`)).exitCode).toBe(0);
  });

  test('multi-environment setup', async () => {
    const cwd = temporaryDirectory({ 'bin/dbos': wrapper });
    chmodSync(join(cwd, 'bin/dbos'), 0o755);
    cpSync(pageFiles, cwd, { recursive: true });
    // The files name hosts as an operator has them; here all of them are this server.
    const { status, stdout, stderr } = spawnSync('bash', ['-e', 'environments.sh'], {
      cwd,
      encoding: 'utf8',
      env: { ...bareEnvironment(), ...surroundings(), PATH: pathOf(cwd), PGHOSTADDR: '127.0.0.1' },
    });
    expect([stderr, status]).toEqual(['', 0]);
    expectLinesInOrder(stdout, [
      'System database: postgresql://localhost/myapp_dev_dbos',
      'System database: postgresql://staging-db/myapp_dbos',
      'System database: postgresql://prod-db/myapp_dbos',
    ]);
    expect(await databases()).toEqual(expect.arrayContaining(['myapp_dev', 'myapp_dev_dbos', 'myapp', 'myapp_dbos']));
  });
});

describe('troubleshooting', () => {
  test('a schema that exists already is no error', async () => {
    await server.query('CREATE DATABASE myapp_dbos');
    await server.query('CREATE SCHEMA dbos', 'myapp_dbos');
    const { stderr, exitCode } = await dbos('migrate --sys-db-url postgresql://localhost/myapp_dbos');
    expect([stderr, exitCode]).toEqual(['', 0]);
  });
});
