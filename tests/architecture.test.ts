import { describe, expect, test } from '@jest/globals';
import { kinds } from '../src/model/kinds.ts';
import { readText, type Source, sourceOf, sourcesIn } from './support/sources.ts';

/** Who may import whom. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  schema: ['src/model'],
  'src/planner': ['src/model'],
  'src/sql': [],
  'src/secrets': [],
  'src/process': [],
  'src/postgres': ['src/model', 'src/sql', 'src/secrets'],
  'src/sqlite': ['src/model', 'src/sql', 'src/secrets'],
  'src/apply': ['src/model', 'src/planner'],
  'src/report': ['src/model', 'src/planner', 'src/sql'],
  'src/config': ['src/model', 'src/secrets'],
  'src/docker': ['src/model', 'src/process', 'src/secrets'],
  'src/commands': ['src/model', 'src/process', 'src/secrets'],
  'src/operations': [
    'schema',
    'src/model',
    'src/planner',
    'src/sql',
    'src/secrets',
    'src/process',
    'src/postgres',
    'src/sqlite',
    'src/apply',
    'src/config',
    'src/docker',
    'src/commands',
  ],
  'src/cli': ['src/operations', 'src/report', 'src/config', 'src/docker', 'src/model', 'src/secrets'],
  'src/index.ts': ['src/operations', 'src/model', 'schema'],
};

/** The one file that imports a package, by `import()` in the function that needs it. */
const heavyPackages: Readonly<Record<string, string>> = {
  pg: 'src/postgres/connection/connect.ts',
  'better-sqlite3': 'src/sqlite/connection/driver.ts',
  yaml: 'src/config/read.ts',
  execa: 'src/process/run.ts',
  diff: 'src/report/diff.ts',
  'pg-query-emscripten': 'src/postgres/same-expression.ts',
};

/** All other packages, with the room that imports them. */
const lightPackages: Readonly<Record<string, string>> = { clipanion: 'src/cli' };

/** These touch nothing: no database, clock, file or environment. Hashing is no touch. */
const pureRooms = ['schema', 'src/model', 'src/planner', 'src/sql', 'src/report'];
const pureBuiltins = ['node:crypto'];
const touching =
  /\b(?:process|Date|performance|globalThis|fetch|setTimeout|setInterval|setImmediate)\b[.(]|\bnew Date\b|\bMath\.random\b/g;

/** These know no kind of object; what is special about one stands in its traits. */
const kindless = ['diff', 'renames', 'order', 'fingerprint', 'plan'].map((name) => `src/planner/${name}.ts`);

const sources = [...sourcesIn('src'), ...sourcesIn('schema')];
const rooms = Object.keys(mayImport);

/** `src/planner/diff.ts` stands in `src/planner`. */
const roomOf = (path: string): string => rooms.find((room) => path === room || path.startsWith(`${room}/`)) ?? path;

function isAllowed(from: string, to: string): boolean {
  return from === to || (mayImport[from] ?? []).includes(to);
}

const forbiddenImports = (files: readonly Source[]): readonly string[] =>
  files.flatMap(({ path, imports }) =>
    imports
      .filter(({ isOurs, of }) => isOurs && of !== 'package.json' && !isAllowed(roomOf(path), roomOf(of)))
      .map(({ of }) => `${path} imports ${of}`),
  );

const badPackages = (files: readonly Source[]): readonly string[] =>
  files.flatMap(({ path, imports }) =>
    imports
      .filter(({ of, isType, isLazy }) => of in heavyPackages && (heavyPackages[of] !== path || !(isType || isLazy)))
      .map(({ of }) => `${path} imports ${of}`),
  );

const strayPackages = (files: readonly Source[]): readonly string[] =>
  files.flatMap(({ path, imports }) =>
    imports
      .filter(({ of, isOurs }) => !isOurs && !of.startsWith('node:') && !(of in heavyPackages))
      .filter(({ of }) => lightPackages[of] !== roomOf(path))
      .map(({ of }) => `${path} imports ${of}`),
  );

const touches = (files: readonly Source[]): readonly string[] =>
  files
    .filter(({ path }) => pureRooms.includes(roomOf(path)))
    .flatMap(({ path, code, imports }) => [
      ...imports
        .filter(({ of }) => of.startsWith('node:') && !pureBuiltins.includes(of))
        .map(({ of }) => `${path} imports ${of}`),
      ...[...code.matchAll(touching)].map(([word]) => `${path} says ${word}`),
    ]);

/** Kinds and the types of their objects; `function` is a word of the language where a name or `(` follows. */
const kindNames = Object.keys(kinds).filter((kind) => kind !== 'function');
const naming = new RegExp(
  [
    String.raw`\b(?:${kindNames.join('|')})\b`,
    String.raw`\b(?:${Object.keys(kinds).join('|')})Object\b`,
    String.raw`['"\`.]function\b`,
  ].join('|'),
  'gi',
);
const kindsNamedIn = ({ code }: Source): readonly string[] => [...code.matchAll(naming)].map(([word]) => word);

/** Chains of files that import each other; types count. */
function findCycles(files: readonly Source[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, chain: readonly string[]): void => {
    if (chain.includes(path)) found.push([...chain.slice(chain.indexOf(path)), path].join(' → '));
    if (done.has(path) || chain.includes(path)) return;
    for (const { of, isOurs } of byPath.get(path)?.imports ?? []) if (isOurs) visit(of, [...chain, path]);
    done.add(path);
  };
  for (const path of byPath.keys()) visit(path, []);
  return found;
}

const linesOf = ({ code }: Source): number => code.split('\n').filter((line) => line.trim() !== '').length;

const skips = /\b(?:it|test|describe)(?:\.\w+)*\.(?:skip|only|todo|failing)\b|\b[xf](?:it|test|describe)(?:\.\w+)*\(/g;

/** Tests are left out by a condition only, and the run says why. */
const reason = /\b(?:stderr\.write|console\.log|report)\(.*skipped/;
const silentSkips = (files: readonly Source[]): readonly string[] =>
  files
    .filter(({ code }) => code.match(skips)?.some((skip) => !skip.endsWith('.skip') || !reason.test(code)))
    .map(({ path }) => path);

describe('the sources', () => {
  test('are where the rule has a room for them', () => {
    expect(sources.length).toBeGreaterThan(90);
    expect(sources.map(({ path }) => path).filter((path) => !rooms.includes(roomOf(path)))).toEqual([]);
  });

  test('import only what their room may import', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  test('leave the dialects to be loaded when they are needed', () => {
    const dialects = ['src/postgres', 'src/sqlite'];
    const outside = sources.filter(({ path }) => !dialects.includes(roomOf(path)));
    const early = outside.flatMap(({ path, imports }) =>
      imports.filter(({ of, isLazy, isType }) => dialects.includes(roomOf(of)) && !isLazy && !isType).map(() => path),
    );
    expect(early).toEqual([]);
  });

  test('cut a plan into segments in one place', () => {
    const joining = [...sources, ...sourcesIn('tests'), ...sourcesIn('bench')].filter(({ code }) =>
      /===\s*'with others'|'with others'\s*===|!==\s*'with others'/.test(code),
    );
    const paths = joining.map(({ path }) => path).filter((path) => !path.endsWith('.test.ts'));
    expect(paths.filter((path) => !/^src\/(?:postgres|sqlite)\//.test(path))).toEqual(['src/planner/segments.ts']);
  });

  test('have one mapped table of kinds a dialect', () => {
    const tables = sources.filter(({ code }) => /readonly \[K in ObjectKind\]: KindModule<K>/.test(code));
    expect(tables.map(({ path }) => path)).toEqual(['src/postgres/kinds.ts', 'src/sqlite/kinds.ts']);
  });

  test('read what is there without knowing how it should be', () => {
    const readers = sources.filter(({ path }) =>
      /^src\/(?:postgres|sqlite)\/(?:introspect|catalog-query|catalog-answer|facts|dependents|rights-query|live-\w+)\.ts$/.test(
        path,
      ),
    );
    expect(readers.length).toBeGreaterThan(4);
    const knowing = readers.filter(({ code }) => /\bDefinitions\b|\bdeclare\(|\.definitions\b/.test(code));
    expect(knowing.map(({ path }) => path)).toEqual([]);
  });

  test('have a twin of each of their files in the other dialect', () => {
    const kindsOf = (room: string): readonly string[] =>
      sources.filter(({ path }) => path.startsWith(`${room}/kinds/`)).map(({ path }) => path.slice(room.length));
    const kindFiles = Object.keys(kinds).map(
      (kind) => `/kinds/${kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`,
    );
    for (const room of ['src/postgres', 'src/sqlite']) expect(kindsOf(room)).toEqual(expect.arrayContaining(kindFiles));
  });

  test('have commands of at most 60 lines', () => {
    const commands = sources.filter(({ code }) =>
      /class \w+ extends \w*Command \{[^]*static override paths/.test(code),
    );
    expect(commands.length).toBeGreaterThan(1);
    const classes = commands.filter(({ path }) => path !== 'src/cli/main.ts');
    expect(classes.filter(({ text }) => text.split('\n').length > 61).map(({ path }) => path)).toEqual([]);
  });

  test('import what they import by names that can be read', () => {
    expect(sources.filter(({ imports }) => imports.some(({ of }) => of === '(computed)'))).toEqual([]);
  });

  test('import each heavy package in one file, when it is needed', () => {
    expect(badPackages(sources)).toEqual([]);
    for (const [name, path] of Object.entries(heavyPackages)) {
      const file = sources.find((source) => source.path === path);
      expect([name, file?.imports.some(({ of, isLazy }) => of === name && isLazy)]).toEqual([name, true]);
    }
  });

  test('import no other package than those that have a place', () => {
    expect(strayPackages(sources)).toEqual([]);
  });

  test('touch nothing where a room is pure', () => {
    expect(touches(sources)).toEqual([]);
  });

  test('do not import each other in a ring', () => {
    expect(findCycles(sources)).toEqual([]);
  });

  test('are short', () => {
    expect(sources.filter((source) => linesOf(source) > 250).map(({ path }) => path)).toEqual([]);
  });

  test.each(kindless)('%s names no kind of object', (path) => {
    const source = sources.find((file) => file.path === path);
    expect(source && kindsNamedIn(source)).toEqual([]);
  });
});

test('every package has its reason in docs/dependencies.md, and no other is named there', () => {
  const named = [...readText('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name = '']) => name);
  const { dependencies, devDependencies } = JSON.parse(readText('package.json')) as Record<string, object>;
  expect(new Set(named)).toEqual(new Set(Object.keys({ ...dependencies, ...devDependencies })));
});

test('no test is left out in silence', () => {
  const tests = sourcesIn('tests').filter(({ path }) => path !== 'tests/architecture.test.ts');
  expect(tests.length).toBeGreaterThan(40);
  expect(silentSkips(tests)).toEqual([]);
});

describe('these tests', () => {
  const at = (path: string, text: string): Source => sourceOf(path, text);

  test.each([
    ['src/planner/x.ts', `import { a } from '../postgres/x.ts';`],
    ['src/planner/x.ts', `import type { A } from '../postgres/x.ts';`],
    ['src/postgres/kinds/x.ts', `import {\n  a,\n  b,\n} from '../../sqlite/x.ts';`],
    ['src/sqlite/x.ts', `const a = await import('../postgres/x.ts');`],
    ['src/apply/x.ts', `export * from '../cli/x.ts';`],
    ['src/index.ts', `import './cli/x.ts';`],
    ['src/operations/x.ts', `import { a } from '../report/x.ts';`],
    ['src/cli/x.ts', `import { a } from '../apply/x.ts';`],
    ['src/operations/x.ts', `import { a } from '../cli/x.ts';`],
    ['schema/x.ts', `import { a } from '../src/planner/x.ts';`],
    ['src/sql/x.ts', `import type { A } from "../model/x.ts";`],
    ['src/report/x.ts', `import data from '../../schema/x.json' with { type: 'json' };`],
    ['src/model/x.ts', `import { a } from '../somewhere/x.ts';`],
  ])('see that %s may not say %j', (path, text) => {
    expect(forbiddenImports([at(path, text)])).toHaveLength(1);
  });

  test.each([
    ['src/postgres/x.ts', `import type { Client } from 'pg';`],
    ['src/postgres/connection/connect.ts', `import { Client } from 'pg';`],
    ['src/postgres/connection/connect.ts', `import { type Client } from 'pg';`],
    ['src/cli/x.ts', `const { parse } = await import('yaml/util');`],
    ['src/postgres/x.ts', `const { Client } = require('pg');`],
  ])('see that %s may not say %j', (path, text) => {
    expect(badPackages([at(path, text)])).toHaveLength(1);
  });

  test.each([
    ['src/planner/x.ts', `import { Command } from 'clipanion';`],
    ['src/cli/x.ts', `import { a } from 'left-pad';`],
  ])('see that %s may not say %j', (path, text) => {
    expect(strayPackages([at(path, text)])).toHaveLength(1);
  });

  test.each([
    ['src/planner/x.ts', `import { readFileSync } from 'node:fs';`],
    ['src/planner/x.ts', 'const now = Date.now();'],
    ['src/report/x.ts', `const width = process.stdout.columns;`],
    ['schema/x.ts', 'const id = Math.random();'],
  ])('see that %s may not say %j', (path, text) => {
    expect(touches([at(path, text)])).toHaveLength(1);
    expect(touches([at('src/apply/x.ts', text)])).toEqual([]);
  });

  test('see a name of an import that cannot be read', () => {
    const computed = ['await import(name);', 'const load = createRequire(import.meta.url);'];
    for (const text of computed) expect(at('src/cli/x.ts', text).imports).toMatchObject([{ of: '(computed)' }]);
  });

  test.each([
    `if (o.kind === 'index') return;`,
    'if (id.startsWith(`foreignKey:`)) return;',
    'kinds.table.rank',
    'const { column } = kinds;',
    `o.kind === 'function'`,
    'kinds.function',
    'type A = IndexObject;',
    'type A = FunctionObject;',
    `/* no */ const a = '//'; o['view'];`,
  ])('see that the planner may not say %j', (text) => {
    expect(kindsNamedIn(at('src/planner/diff.ts', text))).not.toEqual([]);
  });

  test.each([
    `import type { CatalogObject } from '../model/objects.ts';`,
    'function push<K>(map: Map<K, number>): void {}',
    'const f = function () {};',
    '/** The index of a table. */ // a column\n',
    'names.indexOf(name); map.keys(); object.kind.length;',
  ])('see that the planner may say %j', (text) => {
    expect(kindsNamedIn(at('src/planner/diff.ts', text))).toEqual([]);
  });

  test('see a ring', () => {
    const ring = [at('src/model/a.ts', `import './b.ts';`), at('src/model/b.ts', `import type { A } from './a.ts';`)];
    expect(findCycles(ring)).toEqual(['src/model/a.ts → src/model/b.ts → src/model/a.ts']);
  });

  test('see a test that is left out', () => {
    const text = `(isRoot ? test.skip : test)('x', () => {});`;
    expect(silentSkips([at('tests/x.test.ts', text)])).toEqual(['tests/x.test.ts']);
    expect(silentSkips([at('tests/x.test.ts', `process.stderr.write('as root: skipped');${text}`)])).toEqual([]);
    expect(silentSkips([at('tests/x.test.ts', `process.stderr.write('skipped');describe.only('x');`)])).toHaveLength(1);
    expect(silentSkips([at('tests/x.test.ts', `xit.each([1])('they do not fit', () => {});`)])).toHaveLength(1);
    expect(silentSkips([at('tests/x.test.ts', `test('they do not fit', () => {});`)])).toEqual([]);
  });
});
