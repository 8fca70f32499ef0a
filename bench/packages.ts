import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compare, type Comparison, interleave } from './support/measure.ts';
import { processorTime } from './support/processor-time.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** What it costs to load each package that the program uses. */
export default async function packages(): Promise<readonly Comparison[]> {
  const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { dependencies: object };
  const found: Comparison[] = [];
  for (const name of Object.keys(dependencies)) {
    const { without, loaded } = await interleave(7, {
      without: () => processorTime([process.execPath, '--input-type=module', '--eval', ''], root),
      loaded: () => processorTime([process.execPath, '--input-type=module', '--eval', `import '${name}'`], root),
    });
    found.push(compare('processor time', ['no package', without], [name, loaded]));
  }
  return found;
}
