// Bundles the command line and the library into dist/, with the library's types and the man page, and links the command where npx looks
// first, so that in this checkout `npx dbos` is this checkout's program and no package of that name is ever fetched.
// What is there already as it should be is not touched: the first `npx dbos` in a checkout builds once more, and
// the program may be running then.
import { chmod, mkdir, readFile, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { bundling } from './bundling.mjs';
import { declarations } from './declarations.mjs';

const { build } = await import('esbuild').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('dbos is not built: that takes the development packages, which --omit=dev leaves out.');
  console.error('Run npm ci without it, or install the packed package: npm pack, then npm i FILE.tgz elsewhere.');
  process.exit(1);
});

const { outputFiles } = await build({
  ...bundling,
  entryPoints: {
    dbos: 'src/cli/dbos.ts',
    index: 'src/index.ts',
    // Started as a process of its own, and looked for beside the file that starts it.
    'engine-process': 'src/sqlite/connection/engine-process.ts',
  },
  outdir: 'dist',
  splitting: true,
  sourcemap: true,
  banner: { js: '#!/usr/bin/env node' },
  write: false,
});

const made = new Map(outputFiles.map(({ path, text }) => [path, text]));
for (const [name, text] of await declarations('src/index.ts')) made.set(resolve('dist/types', name), text);

// It imports esbuild, which may be missing until here.
const { manPage } = await import('./man-page.mjs');
made.set(resolve('dist/dbos.1'), await manPage());

for (const [path, text] of made) {
  const present = await readFile(path, 'utf8').catch(() => null);
  if (present === text) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
await chmod('dist/dbos.js', 0o755);
for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
  const path = resolve(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(path)) await rm(path);
}

const [link, program] = ['node_modules/.bin/dbos', relative('node_modules/.bin', join('dist', 'dbos.js'))];
if ((await readlink(link).catch(() => null)) !== program) {
  await mkdir('node_modules/.bin', { recursive: true });
  await rm(link, { force: true });
  await symlink(program, link);
}
