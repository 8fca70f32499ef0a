// The types of the library's public face: the declarations that can be reached from one file, and no others.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const compiler = 'node_modules/typescript/bin/tsc';

/**
 * Compiles the declarations of a file and of all that these import.
 * @param {string} entry from the root of the checkout: `src/index.ts`
 * @returns {Promise<Map<string, string>>} texts by path, from the root: `src/index.d.ts`
 */
export async function declarations(entry) {
  const directory = await mkdtemp(join(tmpdir(), 'dbos-types-'));
  try {
    await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.types.json', '--outDir', directory]);
    const found = new Map();
    await collect(entry.replace(/\.ts$/, '.d.ts'), directory, found);
    return found;
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function collect(path, directory, found) {
  if (found.has(path)) return;
  const text = await readFile(join(directory, path), 'utf8');
  // A declaration is imported under the name of the program that it is of.
  found.set(path, text.replaceAll(/(from |import\()(['"])(\.[^'"]+)\.ts\2/g, '$1$2$3.js$2'));
  for (const [, specifier] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.[tj]s['"]/g)) {
    await collect(resolve('/', dirname(path), `${specifier}.d.ts`).slice(1), directory, found);
  }
}
