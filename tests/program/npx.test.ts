import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { bareEnvironment } from '../support/cli.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** npm builds the checkout once more where its cache does not know it yet; other tests run the program meanwhile. */
test('npx dbos is this program, looks for no other, and leaves what is built alone', () => {
  const built = () => readdirSync(join(root, 'dist')).map((file) => [file, statSync(join(root, 'dist', file)).mtimeMs]);
  const before = built();
  const environment = {
    ...bareEnvironment(),
    // A registry that nothing listens at: whoever asks it fails.
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_fetch_retries: '0',
    npm_config_update_notifier: 'false',
    npm_config_cache: temporaryDirectory(),
  };
  const run = (name: string) =>
    spawnSync('npx', [name, '--version'], { cwd: root, env: environment, encoding: 'utf8', timeout: 50_000 });
  expect(run('dbos')).toMatchObject({ stdout: `${version}\n`, status: 0 });
  expect(built()).toEqual(before);
});
