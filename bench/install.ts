import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, type Comparison } from './support/measure.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** How much an installation takes: what is sent, what is in it, and what it brings along. */
export default async function install(): Promise<readonly Comparison[]> {
  const npm = (...args: readonly string[]): string => execFileSync('npm', args, { cwd: root, encoding: 'utf8' });
  const packed = JSON.parse(npm('pack', '--dry-run', '--ignore-scripts', '--json')) as Readonly<Record<string, Packed>>;
  // npm gives a list, or from its release 12 on an object by the package's name.
  const [{ size, unpackedSize } = { size: Number.NaN, unpackedSize: Number.NaN }] = Object.values(packed);
  const places = npm('ls', '--omit=dev', '--all', '--parseable').trim().split('\n').slice(1);
  // A package inside another one is counted with that.
  const outer = places.filter((place) => !places.some((other) => place.startsWith(`${other}/`)));
  const dependencies = outer.reduce((sum, place) => sum + bytesIn(place), 0);
  const kilobytes = (bytes: number): readonly number[] => [bytes / 1024];
  return [
    compare('size', ['packed', kilobytes(size)], ['unpacked', kilobytes(unpackedSize)], ' kB'),
    compare(
      'size',
      ['unpacked', kilobytes(unpackedSize)],
      ['with what it depends on', kilobytes(unpackedSize + dependencies)],
      ' kB',
    ),
  ];
}

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
}

function bytesIn(path: string): number {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
