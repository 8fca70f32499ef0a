// Installs the releases of the Python package, once, before any test: two virtual environments with what they need,
// and each release by itself in a directory that is put in front. Where that cannot be, the tests of Python are
// skipped and say why; with CI set it is a failure.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../../node_modules/.cache/conformance-python/', import.meta.url));
const { environments, postgres, sqlite } = JSON.parse(readFileSync(new URL('python.json', import.meta.url), 'utf8'));

export default async function preparePython() {
  try {
    await refuseOldPython();
    await mkdir(cache, { recursive: true });
    for (const [name, packages] of Object.entries(environments)) {
      await makeEnvironment(name, packages);
      for (const release of new Set([...postgres[name], ...sqlite[name]])) await install(name, release);
    }
  } catch (error) {
    if (process.env.CI !== undefined) throw error;
    process.env.CONFORMANCE_NO_PYTHON = error instanceof Error ? error.message : String(error);
  }
}

async function refuseOldPython() {
  const { stdout } = await run('python3', ['-c', 'import sys, venv, ensurepip; print(sys.version_info >= (3, 10))']);
  if (stdout.trim() !== 'True') throw new Error('python3 is older than 3.10');
}

const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];

async function makeEnvironment(name, packages) {
  const complete = join(cache, name, packages.join(' '));
  if (existsSync(complete)) return;
  await rm(join(cache, name), { recursive: true, force: true });
  await run('python3', ['-m', 'venv', join(cache, name)]);
  await run(join(cache, name, 'bin/python'), [...pip, ...packages]);
  await writeFile(complete, '');
}

async function install(name, release) {
  const directory = join(cache, `dbos-${release}`);
  if (existsSync(directory)) return;
  await rm(`${directory}.partial`, { recursive: true, force: true });
  const python = join(cache, name, 'bin/python');
  await run(python, [...pip, '--no-deps', '--target', `${directory}.partial`, `dbos==${release}`]);
  await rename(`${directory}.partial`, directory);
}
