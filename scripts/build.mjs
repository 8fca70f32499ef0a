// Bundles the command line and the library into dist/, and links the command where npx looks first,
// so that in this checkout `npx dbos` is this checkout's program and no package of that name is ever fetched.
import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await build({
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
});
await chmod('dist/dbos.js', 0o755);
await mkdir('node_modules/.bin', { recursive: true });
await rm('node_modules/.bin/dbos', { force: true });
await symlink('../../dist/dbos.js', 'node_modules/.bin/dbos');
