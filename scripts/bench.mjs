// Runs the benchmarks, one after the other, and prints one table of what they found: B ÷ A, the median of the rounds, and the
// lowest and the highest. Arguments: names of files in bench/; without any, all are run. `--rows 2000000` makes the table
// of those that fill a big one larger or smaller. Nothing here fails because something is slow.
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import { parseArgs } from 'node:util';
import { printTable } from './table.mjs';

const { values, positionals } = parseArgs({ options: { rows: { type: 'string' } }, allowPositionals: true });
const rows = values.rows === undefined ? undefined : Number(values.rows);
if (rows !== undefined && !(Number.isSafeInteger(rows) && rows > 0)) throw new Error('--rows is a number above 0');

const all = readdirSync('bench').flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : []));
const names = positionals.length > 0 ? positionals : all;
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no such benchmark: ${unknown.join(', ')}; there are ${all.join(', ')}`);

// What hangs takes its servers with it.
setTimeout(() => {
  throw new Error('no end after 20 minutes');
}, 20 * 60_000).unref();

register('../bench/support/typescript.mjs', import.meta.url);
const lines = [['', 'what', 'A', 'B', 'B ÷ A', 'from', 'to']];
for (const name of names) {
  const started = Date.now();
  const { default: run } = await import(`../bench/${name}.ts`);
  const found = await run(rows === undefined ? {} : { rows });
  lines.push(...found.map(({ what, a, b, ratio }, i) => [i === 0 ? name : '', what, a, b, ...ratio]));
  console.error(`${name}: ${Math.round((Date.now() - started) / 1000)} s`);
}

const isRatio = (i) => i > 3;
printTable(lines, isRatio);
