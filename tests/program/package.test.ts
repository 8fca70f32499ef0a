import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bareEnvironment } from '../support/cli.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { readText } from '../support/sources.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const temporaryDirectory = temporaryDirectories();

/** A project with the packed package, and nothing else but what that package depends on and node's own types. */
function makeProject(): string {
  const project = temporaryDirectory({
    'package.json': JSON.stringify({ name: 'program', type: 'module', private: true }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        lib: ['es2023'],
        module: 'nodenext',
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
      },
      include: ['*.ts'],
    }),
  });
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', project];
  const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  const installed = join(project, 'node_modules', 'dbos-schema');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(project, tarball), '--strip-components=1', '-C', installed]);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  return project;
}

/** The program that the page about the library shows first. */
function programInDocs(): string {
  const [, program] = /```ts\n([^]*?)```/.exec(readText('README.md')) ?? [];
  if (program === undefined) throw new Error('README.md shows no program');
  return program;
}

const compile = (project: string) =>
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], {
    cwd: project,
    encoding: 'utf8',
  });

const run = (project: string, environment: Readonly<Record<string, string>>) =>
  spawnSync(process.execPath, ['program.js'], {
    cwd: project,
    env: { ...bareEnvironment(), ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });

let server: PostgresServer;
let project: string;

beforeAll(async () => {
  server = await startPostgres();
  project = makeProject();
});
afterAll(() => server.stop());

describe('the packed package', () => {
  test('has the program, the library, its types and the documents, and no source and no test', () => {
    const files = readdirSync(join(project, 'node_modules', 'dbos-schema'), { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/dbos.js',
        'dist/dbos.1',
        'dist/index.js',
        'dist/types/src/index.d.ts',
        'README.md',
        'LICENSE',
      ]),
    );
    expect(files.filter((file) => /^(?:src|tests|schema|fixtures|node_modules)\b/.test(file))).toEqual([]);
  });

  test('has types that a strict program compiles against, and that program runs', () => {
    writeFileSync(join(project, 'program.ts'), programInDocs());
    expect(compile(project)).toMatchObject({ stdout: '', status: 0 });
    for (const url of ['sqlite:///./program.sqlite', server.url('program')]) {
      const first = run(project, { DBOS_SYSTEM_DATABASE_URL: url });
      expect({ ...first, url }).toMatchObject({ stderr: '', status: 0 });
      expect(first.stdout).toContain('System database');
      expect(run(project, { DBOS_SYSTEM_DATABASE_URL: url })).toMatchObject({ stderr: '', status: 0 });
    }
  }, 60_000);

  test('has types that refuse a request which is none', () => {
    writeFileSync(
      join(project, 'program.ts'),
      `import { plan } from 'dbos-schema';\nawait plan({ sytem: 'sqlite:///x' });\n`,
    );
    const { stdout, status } = compile(project);
    expect(stdout).toContain('sytem');
    expect(status).not.toBe(0);
  });

  test('has types of all that it exports, each with a docstring', () => {
    const library = join(project, 'node_modules', 'dbos-schema', 'dist');
    const names = [...readFileSync(join(library, 'types/src/index.d.ts'), 'utf8').matchAll(/from '(\.[^']+)\.js'/g)];
    const texts = names.map(([, path = '']) => readFileSync(join(library, 'types/src', `${path}.d.ts`), 'utf8'));
    const bare = texts.flatMap((text) =>
      [...text.matchAll(/(?<before>[^\n]*)\nexport declare (?:async )?(?:function|const|class) (?<name>\w+)/g)]
        .filter(({ groups }) => groups?.['before']?.trim() !== '*/' && !/\*\/$/.test(groups?.['before'] ?? ''))
        .map(({ groups }) => groups?.['name']),
    );
    expect(bare).toEqual([]);
  });
});
