import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { hazards } from '../../src/model/hazard.ts';
import { runCli } from '../support/cli.ts';
import { notMade } from '../support/errors/elsewhere.ts';
import { exists, type Page, pageOf, pages } from '../support/markdown.ts';
import { PageRunner, patternOf, type Ran, versionless } from '../support/page-runner.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { readText, sourcesIn } from '../support/sources.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const temporaryDirectory = temporaryDirectories();
const all = pages();
const paths = all.map(({ path }) => path);
const page = (path: string): Page => all.find((found) => found.path === path)!;
const words = (code: string): readonly string[] => code.split(/[\s=|,]+/);

/** Links of a page that lead nowhere. */
const deadLinks = ({ path, links }: Page): readonly string[] =>
  links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : relative(root, resolve(root, dirname(path), file));
    if (!existsSync(join(root, target))) return true;
    if (anchor === undefined) return false;
    const known = all.find((found) => found.path === target) ?? null;
    return known === null || !known.anchors.has(anchor);
  });

const folders = /^(?:docs|src|schema|tests|scripts|bench|fixtures|\.ci)\//;

/** Paths of this checkout that a page names and that are not there. */
const missingPaths = ({ spans, blocks }: Page): readonly string[] =>
  [...spans, ...blocks.map(({ text }) => text)]
    .flatMap(words)
    .map((word) => word.replace(/[.,;:)]+$/, ''))
    .filter((word) => folders.test(word) && !word.includes('…') && !exists(word));

/** Scripts of package.json that a page tells to run. */
const scriptsIn = ({ spans, blocks }: Page): readonly string[] =>
  [...spans, ...blocks.map(({ text }) => text)].flatMap((code) =>
    [...code.matchAll(/\bnpm (?:run )?(?!ci|run|pack|cache|install|i\b)([\w:-]+)/g)].map(([, name = '']) => name),
  );

/** Flags of ours that a page names: those of a command line of ours, and those that are named by themselves. */
const flagsIn = ({ spans, blocks }: Page): readonly string[] =>
  [...spans, ...blocks.flatMap(({ text }) => text.split('\n'))]
    .map((code) => code.replace(/^\$ /, ''))
    .filter((code) => /^(?:-|(?:\w+=\S+ )*(?:npx )?dbos )/.test(code))
    .flatMap((code) => words(code.split(/[;>]|\|\|/)[0] ?? ''))
    .filter((word) => /^--?[A-Za-z]/.test(word));

const always = ['-h', '--help', '-v', '-V', '--version'];
let known: readonly string[];
let server: PostgresServer;

beforeAll(async () => {
  [known] = await Promise.all([flagsOfProgram(), startServer()]);
});
afterAll(() => server.stop());

/** All flags that the help of any command has. */
async function flagsOfProgram(): Promise<readonly string[]> {
  const { stdout: overview } = await runCli(['--help']);
  const commands = [...overview.matchAll(/^ {2}dbos ((?:\w+ )+)\[/gm)].map(([, command = '']) =>
    command.trim().split(' '),
  );
  const helps = await Promise.all(commands.map((command) => runCli([...command, '--help'])));
  const options = helps.map(({ stdout }) => /^Options\n([^]*?)^\S/m.exec(stdout)?.[1] ?? '');
  return options.flatMap((text) => [...text.matchAll(/^ +(-\S+)/gm)].flatMap(([, names = '']) => names.split(',')));
}

async function startServer(): Promise<void> {
  server = await startPostgres({ hba: ['host all all 127.0.0.1/32 trust'] });
  await server.query('CREATE ROLE admin SUPERUSER LOGIN; CREATE ROLE myapp_user LOGIN');
}

describe.each(paths)('%s', (path) => {
  test('has links that lead somewhere', () => {
    expect(deadLinks(page(path))).toEqual([]);
  });

  test('names files and folders that are there', () => {
    expect(missingPaths(page(path))).toEqual([]);
  });

  test('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { readonly scripts: object };
    expect(scriptsIn(page(path)).filter((name) => !(name in scripts))).toEqual([]);
  });

  test('names flags that the help has', () => {
    expect(flagsIn(page(path)).filter((flag) => ![...always, ...known].includes(flag))).toEqual([]);
  });
});

test('every page can be reached from README', () => {
  const reached = new Set(['README.md']);
  for (const from of reached) {
    for (const link of all.find(({ path }) => path === from)?.links ?? []) {
      const target = relative(root, resolve(root, dirname(from), link.split('#')[0] ?? ''));
      if (target.endsWith('.md')) reached.add(target);
    }
  }
  expect(paths.filter((path) => !reached.has(path))).toEqual([]);
});

test('README is one page', () => {
  expect(page('README.md').text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test('docs/commands.md explains every flag, and every flag has a line there', () => {
  const rows = [...page('docs/commands.md').text.matchAll(/^\| (`-.*?`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/(?<![\w-])--?[A-Za-z][\w-]*/g)].map(([flag]) => flag),
  );
  expect(known.length).toBeGreaterThan(20);
  expect(new Set(rows)).toEqual(new Set([...known, '-h', '--help']));
});

test('docs/plans.md has the closed list of hazards', () => {
  const rows = [...page('docs/plans.md').text.matchAll(/^\| `([\w-]+)` \| (.+?) \| (.+?) \| (yes|no) \|$/gm)].map(
    ([, name, meaning, stops, consent]) => [name, { meaning, stops, needsConsent: consent === 'yes' }],
  );
  expect(rows).toEqual(Object.entries(hazards));
});

describe('the messages of docs/troubleshooting.md', () => {
  /** What a server, npm or libpq says. */
  const foreign = [
    ...['permission denied for schema', 'could not connect to server', 'already exists', 'password authentication'],
    ...['canceling statement', 'could not create unique index', 'cannot change routine kind', 'database is locked'],
    ...['ENOENT', 'npx canceled', 'duplicate key value', 'is being accessed by other users'],
    ...['cannot be implemented', 'has a collation version mismatch'],
  ];
  const code = sourcesIn('src')
    .map(({ text }) => text)
    .join('\n');
  /** Where a message is put together: from parts of its own, and from names and figures. */
  const composed = /…|^(?:warning|note): |^waiting for |(?<=here: )|\b[A-Z]+:[A-Z]+\b|\bX_\w+|\bmy.app\S*|\bN\b|\d+|"/;
  // Rows of two cells: those of four are failures, which `tests/program/troubleshooting.test.ts` makes happen.
  const cells = [...page('docs/troubleshooting.md').text.matchAll(/^\| (`[^|]*`) \| [^|]* \|$/gm)];
  const messages = [
    ...cells.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)),
    ...Object.values(notMade).flatMap(Object.keys),
  ];

  test.each(messages.filter((text) => !foreign.some((part) => text.includes(part))))('%s', (message) => {
    const parts = message.split(composed).map((part) => part.trim());
    const [longest = ''] = parts.toSorted((a, b) => b.length - a.length);
    expect(longest.length).toBeGreaterThan(3);
    expect([longest, code.includes(longest)]).toEqual([longest, true]);
  });
});

describe('the commands of', () => {
  const isCommand = (language: string): boolean => ['sh', 'console', 'sql', 'ts'].includes(language);

  test.each(paths.filter((path) => page(path).blocks.some(({ language }) => isCommand(language))))(
    '%s do what the page says',
    async (path) => {
      const runner = new PageRunner(temporaryDirectory(), server);
      for (const block of page(path).blocks) {
        for (const ran of await runner.run(block)) expectAsShown(ran);
      }
    },
  );

  const expectAsShown = ({ command, exitCode, printed, shown }: Ran): void => {
    expect({ command, exitCode, printed }).toEqual({ command, exitCode: 0, printed });
    if (shown !== null) expect(versionless(printed)).toMatch(patternOf(shown));
  };

  /** Each page begins on a server without databases and roles of other pages. */
  afterEach(async () => {
    const made = await server.query(`
      SELECT 'DATABASE' AS kind, datname AS name FROM pg_database WHERE datname !~ '^(postgres|template.)$'
      UNION ALL SELECT 'ROLE', rolname FROM pg_roles WHERE rolname !~ '^(postgres|admin|myapp_user|pg_.*)$'`);
    for (const { kind, name } of made) await server.query(`DROP ${String(kind)} "${String(name)}"`);
  });
});

describe('these tests', () => {
  test('see what is wrong with a page', () => {
    const text = [
      '[a](nowhere.md) [b](#nothing) [c](docs/commands.md#nothing) `src/nothing.ts` `npm run nothing`',
      '`dbos migrate --nothing` `src/<room>/nothing.ts`',
      '```sh\ndbos reset --nothing-else\n```',
    ].join('\n');
    const bad = pageOf('README.md', text);
    expect(deadLinks(bad)).toEqual(['nowhere.md', '#nothing', 'docs/commands.md#nothing']);
    expect(missingPaths(bad)).toEqual(['src/nothing.ts', 'src/<room>/nothing.ts']);
    expect(scriptsIn(bad)).toEqual(['nothing']);
    expect(flagsIn(bad)).toEqual(['--nothing', '--nothing-else']);
  });

  test('see an output that is not as shown', () => {
    expect('a\nb\nc d\n').toMatch(patternOf('a\n…\nc …\n'));
    expect('a\nb\n').not.toMatch(patternOf('a\n'));
    expect('a\nb\n').not.toMatch(patternOf('a\n…\nc\n'));
  });
});
