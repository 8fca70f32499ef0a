import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readText } from '../support/sources.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { describeWithEngine, docker } from './support/engine.ts';
import { build } from './support/image.ts';
import { buildNodeBase, packWhole } from './support/package.ts';

const temporaryDirectory = temporaryDirectories();
const checkout = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The image of the Dockerfile. Nothing is pulled here: the base has this machine's Node in the place of the official
 * image's, and the package brings along what it depends on, compiled for this Node.
 */
describeWithEngine('the image', () => {
  beforeAll(() => {
    buildNodeBase('local/node', temporaryDirectory());
    const context = temporaryDirectory({ '.env': 'PASSWORD=geheim\n' });
    packWhole(context);
    for (const file of ['Dockerfile', '.dockerignore']) cpSync(join(checkout, file), join(context, file));
    const flags = ['BASE=local/node', 'NPM_FLAGS=--offline --ignore-scripts'].flatMap((arg) => ['--build-arg', arg]);
    build('local/dbos', context, '', flags);
  }, 300_000);
  afterAll(() => {
    docker('rmi', '--force', 'local/dbos', 'local/node');
  });

  const inImage = (...args: readonly string[]): string => docker('run', '--rm', '--network', 'none', ...args);

  test('runs dbos, and its help where no command is named', () => {
    const { version } = JSON.parse(readText('package.json')) as { version: string };
    expect(inImage('local/dbos', '--version')).toBe(version);
    expect(inImage('local/dbos')).toContain('DBOS system tables');
  });

  test('migrates a file of SQLite as the user node, who owns nothing else', () => {
    docker('volume', 'create', 'work');
    const work = ['--volume', 'work:/work'];
    const url = ['--sys-db-url', 'sqlite:///./a.sqlite'];
    expect(inImage(...work, 'local/dbos', 'migrate', ...url)).toMatch(/System database: \d+ created/);
    expect(inImage(...work, 'local/dbos', 'migrate', '--check', ...url)).toContain('Nothing to do');
    expect(inImage('--entrypoint', 'id', 'local/dbos', '-u')).toBe('1000');
    expect(inImage('--entrypoint', 'node', 'local/dbos', '-p', `fs.statSync('/opt/dbos/bin').uid`)).toBe('0');
  });

  test('holds the package and its dependencies, and nothing else of the context', () => {
    const list = `fs.readdirSync('/opt/dbos/lib/node_modules/dbos-schema/node_modules').join()`;
    const installed = inImage('--entrypoint', 'node', 'local/dbos', '-p', list);
    expect(installed).toContain('better-sqlite3');
    expect(installed).not.toMatch(/jest|typescript|esbuild/);
    const found = `['/', '/tmp', '/work'].flatMap((path) => fs.readdirSync(path)).filter((name) => /tgz$|^.env$/.test(name))`;
    expect(inImage('--entrypoint', 'node', 'local/dbos', '-p', found)).toBe('[]');
  });

  test('has no secret in its history, and labels that say what it is', () => {
    expect(docker('history', '--no-trunc', 'local/dbos')).not.toMatch(/geheim|password/i);
    const { Labels, User, Entrypoint } = JSON.parse(
      docker('image', 'inspect', '--format', '{{json .Config}}', 'local/dbos'),
    ) as Record<'Labels' | 'User' | 'Entrypoint', unknown>;
    expect({ User, Entrypoint }).toEqual({ User: 'node', Entrypoint: ['dbos'] });
    expect(Labels).toMatchObject({ 'org.opencontainers.image.licenses': 'MIT' });
  });
});
