// Bundles the command line and the library into dist/, and links the command where npx looks first,
// so that in this checkout `npx dbos` is this checkout's program and no package of that name is ever fetched.
// What is there already as it should be is not touched: the first `npx dbos` in a checkout builds once more, and
// the program may be running then.
import { chmod, mkdir, readFile, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: { dbos: 'src/cli/dbos.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
  write: false,
});

await mkdir('dist', { recursive: true });
for (const { path, contents } of outputFiles) {
  const present = await readFile(path).catch(() => null);
  if (present === null || !present.equals(contents)) await writeFile(path, contents);
}
await chmod('dist/dbos.js', 0o755);
const made = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of await readdir('dist')) if (!made.has(name)) await rm(join('dist', name), { recursive: true });

const [link, program] = ['node_modules/.bin/dbos', '../../dist/dbos.js'];
if ((await readlink(link).catch(() => null)) !== program) {
  await mkdir('node_modules/.bin', { recursive: true });
  await rm(link, { force: true });
  await symlink(program, link);
}
