import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, copy, librariesOf, run } from './image.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Packs this package with all that it depends on in it, as it is installed here: a build in the engine of the suite
 * reaches no registry.
 */
export function packWhole(directory: string): void {
  const packed = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], { cwd: root });
  const tarball = join(directory, packed.trim().split('\n').at(-1) ?? '');
  run('tar', ['xzf', tarball, '-C', directory]);
  const paths = run('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: root }).trim().split('\n').slice(1);
  for (const path of paths) {
    const name = path.split('/node_modules/').slice(1).join('/node_modules/');
    cpSync(path, join(directory, 'package/node_modules', name), { recursive: true });
  }
  const manifest = join(directory, 'package/package.json');
  const {
    scripts: _,
    devDependencies: __,
    ...rest
  } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    scripts: object;
    devDependencies: object;
  };
  writeFileSync(manifest, JSON.stringify({ ...rest, bundleDependencies: true }));
  run('tar', ['czf', tarball, '-C', directory, 'package']);
}

/** Programs of the system that a build and an image of node need. */
const programs = ['sh', 'env', 'mkdir', 'id'];

/** Makes an image with this machine's Node and npm, and the user `node` that the official ones have. */
export function buildNodeBase(tag: string, directory: string): void {
  const image = join(directory, 'root');
  const found = programs.map((program) => run('which', [program]).trim());
  for (const path of found) copy(path, join(image, 'bin', path.slice(path.lastIndexOf('/') + 1)));
  copy(process.execPath, join(image, 'usr/bin/node'));
  const npm = dirname(dirname(run('readlink', ['-f', run('which', ['npm']).trim()]).trim()));
  cpSync(npm, join(image, 'usr/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(image, 'usr/bin/npm'));
  symlinkSync('../../bin/env', join(image, 'usr/bin/env'));
  const addon = join(root, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node');
  for (const path of new Set([...found, process.execPath, addon].flatMap(librariesOf))) copy(path, join(image, path));
  mkdirSync(join(image, 'etc'));
  writeFileSync(join(image, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
  writeFileSync(join(image, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  mkdirSync(join(image, 'tmp'));
  chmodSync(join(image, 'tmp'), 0o1777);
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\nCOPY root /\nENV PATH=/usr/bin:/bin\n');
  build(tag, directory);
}
