import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { confirmation } from '../../../src/cli/reset-question.ts';
import { reset as resetDatabases } from '../../../src/index.ts';
import { runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { runOnTerminal, testOnTerminal } from '../../support/terminal.ts';
import { completeDatabase } from '../../support/complete-database.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const question =
  'This command resets your DBOS system database, deleting metadata about past workflows and steps. Are you sure you want to proceed? [y/N]: ';
const done = 'Resetting system database...\nSystem database reset successfully.\n';
const url = 'sqlite:///./app.sqlite';

/** A directory with a migrated SQLite database, on which `sql` was run. */
async function migrated(sql = ''): Promise<{ readonly cwd: string; readonly file: string }> {
  const cwd = temporaryDirectory();
  await runCli(['migrate', '-s', url], { cwd });
  const file = join(cwd, 'app.sqlite');
  inFile(file, sql);
  return { cwd, file };
}

function inFile(file: string, sql: string): readonly unknown[] {
  const database = new Database(file);
  try {
    database.exec(sql);
    return database.prepare('SELECT type, name FROM sqlite_master ORDER BY name').all();
  } finally {
    database.close();
  }
}

const reset = (cwd: string, ...flags: readonly string[]) => runCli(['reset', '-s', url, ...flags], { cwd });

describe('the question', () => {
  const answered = (cwd: string, keys: string, stdoutTo?: string) =>
    runOnTerminal(['reset', '-s', url], {
      cwd,
      answer: { to: question, keys },
      ...(stdoutTo === undefined ? {} : { stdoutTo }),
    });

  /** What stands on the screen from the question on, and above it what goes. */
  function fromQuestion(
    { screen, exitCode }: { readonly screen: string; readonly exitCode: number | null },
    file: string,
  ) {
    const place = screen.indexOf(question);
    expect(screen.slice(0, place)).toMatch(/^File: [^\n]*\nWorkflows: 0\nSize: \d+ kB\n$/);
    expect(screen).toContain(`File: ${file}\n`);
    return { screen: screen.slice(place), exitCode };
  }

  testOnTerminal.each(['y', 'yes', 'YES', 'Yes'])('%s resets', async (answer) => {
    const { cwd, file } = await migrated();
    expect(fromQuestion(await answered(cwd, `${answer}\n`), file)).toEqual({
      screen: `${question}${answer}\n${done}`,
      exitCode: 0,
    });
    expect(existsSync(file)).toBe(false);
  });

  testOnTerminal('anything else cancels', async () => {
    const { cwd, file } = await migrated();
    for (const answer of ['n', '', 'yy', 'yes please', 'да']) {
      const screen = `${question}${answer}\nOperation cancelled.\n`;
      expect(fromQuestion(await answered(cwd, `${answer}\n`), file)).toEqual({ screen, exitCode: 0 });
    }
    const interrupted = fromQuestion(await answered(cwd, '\u0003'), file);
    expect(interrupted).toEqual({ screen: `${question}^C\ninterrupted: nothing was changed\n`, exitCode: 130 });
    const ended = fromQuestion(await answered(cwd, '\u0004'), file);
    expect(ended).toEqual({ screen: `${question}\nOperation cancelled.\n`, exitCode: 0 });
    expect(existsSync(file)).toBe(true);
    expect((await runCli(['migrate', '--check', '-s', url], { cwd })).exitCode).toBe(0);
  });

  testOnTerminal('is asked on the terminal where the output goes elsewhere', async () => {
    const { cwd, file } = await migrated();
    expect(fromQuestion(await answered(cwd, 'n\n', 'output'), file)).toEqual({
      screen: `${question}n\n`,
      exitCode: 0,
    });
  });

  test.each([
    ['no input', ''],
    ['a yes that nobody typed', 'y\n'],
  ])('is not asked where there is no terminal: %s', async (_, input) => {
    const { cwd, file } = await migrated();
    const { stdout, stderr, exitCode } = await runCli(['reset', '-s', url], { cwd, input });
    expect([stdout, exitCode]).toEqual(['', 3]);
    expect(stderr).toBe(`error: reset deletes all workflow history and there is no terminal to ask on
  do     give --yes to reset without asking
`);
    expect(existsSync(file)).toBe(true);
  });
});

describe('SQLite', () => {
  test('the file goes when nothing is left in it', async () => {
    const { cwd, file } = await migrated();
    expect(await reset(cwd, '--yes')).toEqual({ stdout: done, stderr: '', exitCode: 0 });
    expect(existsSync(file)).toBe(false);
  });

  test('the file goes where a symbolic link leads to it, and the link stays', async () => {
    const [cwd, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    const file = join(elsewhere, 'file.sqlite');
    symlinkSync(file, join(cwd, 'link.sqlite'));
    const link = 'sqlite:///link.sqlite';
    for (const exists of [true, false, true]) {
      await runCli([...(exists ? ['migrate'] : ['reset', '--yes']), '-s', link], { cwd });
      expect(existsSync(file)).toBe(exists);
    }
  });

  test('the file stays with what is not ours', async () => {
    const { cwd, file } = await migrated("CREATE TABLE mine (a); INSERT INTO mine VALUES ('kept')");
    expect(await reset(cwd, '-y')).toMatchObject({ stdout: done, exitCode: 0 });
    expect(inFile(file, '')).toEqual([{ type: 'table', name: 'mine' }]);
  });

  test('the tables of the application stay, and all of the file where it serves as both', async () => {
    const cwd = temporaryDirectory();
    await runCli(['migrate', '-D', url], { cwd });
    expect((await runCli(['reset', '--yes', '-D', url], { cwd })).exitCode).toBe(0);
    const left = inFile(join(cwd, 'app.sqlite'), '').map((row) => (row as { name: string }).name);
    expect(left).toContain('transaction_completion');
    expect(left).not.toContain('workflow_status');
  });

  test('nothing to reset is said, and nothing is made', async () => {
    const cwd = temporaryDirectory();
    const { stdout, exitCode } = await reset(cwd, '--yes');
    expect([stdout, exitCode]).toEqual([`Nothing to reset: the file ${join(cwd, 'app.sqlite')} does not exist.\n`, 0]);
    expect((await reset(cwd, '--dry-run')).stdout).toBe('-- Nothing to reset.\n');
    expect(existsSync(join(cwd, 'app.sqlite'))).toBe(false);
  });

  test('--dry-run asks nothing, and prints what would run', async () => {
    const { cwd, file } = await migrated();
    const { stdout, stderr, exitCode } = await reset(cwd, '--dry-run');
    expect([stderr, exitCode]).toEqual(['', 0]);
    inFile(file, stdout.replaceAll(/^(?:\..*|--.*)$/gm, ''));
    expect((await reset(cwd, '--dry-run')).stdout).toBe('-- Nothing to reset.\n');
  });
});

describe('PostgreSQL', () => {
  /** A migrated database, on which `sql` was run. */
  async function prepared(sql: string): Promise<{ readonly name: string; readonly flags: readonly string[] }> {
    const systemUrl = await completeDatabase(server, 'reset');
    const name = new URL(systemUrl).pathname.slice(1);
    if (sql !== '') await server.query(sql, name);
    return { name, flags: ['-s', systemUrl] };
  }

  /** Asks as on a terminal, answers no, and gathers what was told. @returns whether it was reset */
  async function askedOf([, system = '']: readonly string[], told: string[]): Promise<boolean> {
    const stdout = new PassThrough();
    stdout.on('data', (text: Buffer) => told.push(text.toString()));
    const confirm = confirmation(
      {
        stdin: Readable.from(['n\n']),
        stdout: Object.assign(stdout, { isTTY: true }),
        stderr: stdout,
        env: {},
        cwd: '/',
        colorDepth: 1,
      },
      false,
    );
    const { databases } = await resetDatabases({ system, confirm });
    return databases.some(({ applied }) => applied !== null);
  }

  const schemaExists = async (name: string): Promise<boolean> =>
    (await server.query(`SELECT FROM pg_namespace WHERE nspname = 'dbos'`, name)).length === 1;

  test('the schema goes when nothing is left in it, the database stays', async () => {
    const { name, flags } = await prepared('CREATE TABLE public.mine (a int)');
    expect(await runCli(['reset', '--yes', ...flags])).toEqual({ stdout: done, stderr: '', exitCode: 0 });
    expect(await schemaExists(name)).toBe(false);
    expect(await server.query('SELECT * FROM public.mine', name)).toEqual([]);
    const again = await runCli(['reset', '--yes', ...flags]);
    expect(again).toMatchObject({ stdout: 'Nothing to reset: there are no DBOS system tables.\n', exitCode: 0 });
  });

  test('is one transaction, and goes through no other database', async () => {
    const { name, flags } = await prepared('');
    await server.mark();
    await runCli(['reset', '--yes', ...flags]);
    const messages = (await server.messages()).filter((message) => /^(?:DROP|BEGIN|COMMIT)/m.test(message));
    expect(messages).toHaveLength(1);
    expect((await server.messages(name)).length).toBe((await server.messages()).length);
  });

  test('the schema stays with what is not ours', async () => {
    const { name, flags } = await prepared('CREATE TABLE dbos.mine AS SELECT 1 AS a');
    expect(await runCli(['reset', '--yes', ...flags])).toEqual({
      stdout: done,
      stderr: 'The schema dbos stays, with 1 object of yours: table dbos.mine\n',
      exitCode: 0,
    });
    expect(await server.query('SELECT a FROM dbos.mine', name)).toEqual([{ a: 1 }]);
  });

  test('database, schema, workflows by status and size are told above the question, exactly while they are few', async () => {
    const { name, flags } = await prepared(
      `INSERT INTO dbos.workflow_status (workflow_uuid, status)
       SELECT i, CASE WHEN i <= 3 THEN 'PENDING' ELSE 'SUCCESS' END FROM generate_series(1, 8) i;
       CREATE TABLE dbos.mine (a int)`,
    );
    const told: string[] = [];
    const asked = await askedOf(flags, told);
    expect(asked).toBe(false);
    expect(told.join('')).toMatch(
      new RegExp(`^Database: ${name} \\(postgresql://[^\\n]*\\)
Schema: dbos
Workflows: 8 \\(SUCCESS 5, PENDING 3\\)
Size: \\d+ kB
The schema dbos stays, with 1 object of yours: table dbos\\.mine
This command resets`),
    );
  });

  test('more workflows than can be counted in a moment are told as the server estimates them', async () => {
    const { flags } = await prepared(
      `INSERT INTO dbos.workflow_status (workflow_uuid, status) SELECT i, 'SUCCESS' FROM generate_series(1, 210000) i;
       ANALYZE dbos.workflow_status`,
    );
    const told: string[] = [];
    await askedOf(flags, told);
    expect(told.join('')).toContain('\nWorkflows: about 210 k\n');
  });

  test('nothing that cannot be made again goes in silence: places in publications, extended statistics', async () => {
    const { name, flags } = await prepared(
      `CREATE PUBLICATION told FOR TABLE dbos.streams, dbos.queues;
       CREATE STATISTICS public.pair ON workflow_uuid, key FROM dbos.streams`,
    );
    const refused = await runCli(['reset', '--yes', ...flags]);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('publication of table dbos.streams in publication told');
    expect(refused.stderr).toContain('statistics object public.pair');
    const { stdout, exitCode } = await runCli(['reset', '--yes', '--cascade', ...flags]);
    expect(exitCode).toBe(0);
    await runCli(['migrate', ...flags]);
    const [, definitions] = /to make them again:\n([^]*?)System database reset successfully\.\n$/.exec(stdout) ?? [];
    await server.query(definitions ?? 'no definitions', name);
    expect(await server.query('SELECT tablename FROM pg_publication_tables ORDER BY 1', name)).toEqual([
      { tablename: 'queues' },
      { tablename: 'streams' },
    ]);
    expect(await server.query(`SELECT stxkeys::text FROM pg_statistic_ext`, name)).toHaveLength(1);
  });

  test('the schema public stays', async () => {
    const { name, flags } = await prepared('');
    const inPublic = [...flags, '--schema', 'public'];
    await runCli(['migrate', ...inPublic]);
    expect(await runCli(['reset', '--yes', ...inPublic])).toMatchObject({ stdout: done, exitCode: 0 });
    expect((await runCli(['reset', '--yes', ...inPublic])).stdout).toContain('Nothing to reset');
    expect(await server.query(`SELECT FROM pg_namespace WHERE nspname = 'public'`, name)).toHaveLength(1);
  });

  test('what depends on our tables is named, and goes with --cascade only, with what makes it again', async () => {
    const { name, flags } = await prepared(
      `CREATE TABLE public.orders (id int PRIMARY KEY, workflow text REFERENCES dbos.workflow_status);
       INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w'); INSERT INTO public.orders VALUES (1, 'w');
       CREATE VIEW public.running AS SELECT workflow_uuid FROM dbos.workflow_status;
       CREATE VIEW public.counted AS SELECT count(*) AS n FROM public.running`,
    );
    const refused = await runCli(['reset', '--yes', ...flags]);
    expect(refused).toMatchObject({ stdout: '', exitCode: 3 });
    for (const object of [
      'view public.running',
      'view public.counted',
      'constraint orders_workflow_fkey on table public.orders',
    ])
      expect(refused.stderr).toContain(`  ${object}\n`);
    expect(refused.stderr).toContain('--cascade');
    expect(await server.query('SELECT n FROM public.counted', name)).toEqual([{ n: '1' }]);

    const { stdout, exitCode } = await runCli(['reset', '--yes', '--cascade', ...flags]);
    expect(exitCode).toBe(0);
    expect(await server.query('SELECT * FROM public.orders', name)).toEqual([{ id: 1, workflow: 'w' }]);
    expect(await server.query(`SELECT to_regclass('public.counted') AS view`, name)).toEqual([{ view: null }]);

    await runCli(['migrate', ...flags]);
    await server.query('DELETE FROM public.orders', name);
    const [, definitions] = /to make them again:\n([^]*?)System database reset successfully\.\n$/.exec(stdout) ?? [];
    await server.query(definitions ?? 'no definitions', name);
    expect(await server.query('SELECT n FROM public.counted', name)).toEqual([{ n: '0' }]);
  });

  test('what is printed makes it again with its owner, rights and comments', async () => {
    const { name, flags } = await prepared(
      `CREATE ROLE "o'w ner"; CREATE ROLE reader;
       CREATE VIEW public."Re p" AS SELECT workflow_uuid, status FROM dbos.workflow_status;
       ALTER VIEW public."Re p" OWNER TO "o'w ner"; GRANT SELECT ON public."Re p" TO reader WITH GRANT OPTION;
       GRANT UPDATE (status) ON public."Re p" TO PUBLIC; COMMENT ON VIEW public."Re p" IS 'it''s \\ mine';
       COMMENT ON COLUMN public."Re p".status IS 'a column';
       CREATE FUNCTION public.f(w dbos.workflow_status) RETURNS int LANGUAGE sql AS 'SELECT 1';
       REVOKE ALL ON FUNCTION public.f FROM PUBLIC; GRANT EXECUTE ON FUNCTION public.f TO reader;
       CREATE TABLE public.mine (id text REFERENCES dbos.workflow_status); CREATE INDEX mine_i ON public.mine (id);
       COMMENT ON CONSTRAINT mine_id_fkey ON public.mine IS 'a constraint'`,
    );
    const facts = (): Promise<readonly unknown[]> =>
      server.query(
        `SELECT relname AS name, relowner::regrole AS owner, relacl::text AS rights FROM pg_class WHERE relname = 'Re p'
         UNION ALL SELECT attname, 0, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384
         UNION ALL SELECT proname, proowner, proacl::text FROM pg_proc WHERE proname = 'f'
         UNION ALL SELECT description, objsubid, classoid::regclass::text FROM pg_description WHERE objoid >= 16384
         ORDER BY name`,
        name,
      );
    const before = await facts();
    expect(before).toHaveLength(6);
    const args = ['reset', '--yes', '--cascade', ...flags];
    const dry = await runCli([...args, '--dry-run']);
    const { stdout } = await runCli(args);
    const [, printed = ''] = /(These go [^]*)System database reset/.exec(stdout) ?? [];
    expect(dry.stderr).toBe(printed);
    await runCli(['migrate', ...flags]);
    await server.query(printed.slice(printed.indexOf('\n')), name);
    expect(await facts()).toEqual(before);
  });

  test('a failure changes nothing, and is an error', async () => {
    const { name, flags } = await prepared(
      `CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'not on my watch'; END $$;
       CREATE EVENT TRIGGER refuse ON sql_drop EXECUTE FUNCTION public.refuse()`,
    );
    const { stdout, stderr, exitCode } = await runCli(['reset', '--yes', ...flags]);
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain('successfully');
    expect(stderr).toContain('error: not on my watch');
    expect((await runCli(['migrate', '--check', ...flags])).exitCode).toBe(0);
    await server.query('DROP EVENT TRIGGER refuse', name);
  });

  test('where there is no database none is made', async () => {
    const { stdout, exitCode } = await runCli(['reset', '--yes', '-s', server.url('nowhere')]);
    expect([stdout, exitCode]).toEqual(['Nothing to reset: the database nowhere does not exist.\n', 0]);
    expect(await server.query(`SELECT FROM pg_database WHERE datname = 'nowhere'`)).toEqual([]);
  });

  test('the application database is not even connected to', async () => {
    const { flags } = await prepared('');
    const unreachable = ['-D', 'postgresql://u@127.0.0.1:1/app'];
    expect((await runCli(['reset', '--yes', ...flags, ...unreachable])).exitCode).toBe(0);
  });
});
