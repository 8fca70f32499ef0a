// A hook of node's module loader: runs the TypeScript of bench/, and of what it imports, as the tests run theirs.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import transformer from '../../tests/support/transform.cjs';

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const { code } = transformer.process(await readFile(path, 'utf8'), path);
  return { format: 'module', source: code, shortCircuit: true };
}
