// The man page of the program, which the sources make from what its help is made from.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { bundling } from './bundling.mjs';

const program = `
  import { manual } from './src/cli/main.ts';
  import { manPage } from './src/cli/man-page.ts';
  process.stdout.write(manPage(manual()));
`;

/**
 * The text of the man page.
 * @returns {Promise<string>}
 */
export async function manPage() {
  const { outputFiles } = await build({
    ...bundling,
    stdin: { contents: program, resolveDir: '.', loader: 'ts' },
    write: false,
  });
  const child = spawn(process.execPath, ['--input-type=module', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(outputFiles[0].text);
  const [page, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (exitCode !== 0) throw new Error(`the man page cannot be made: node ended with ${exitCode}`);
  return page;
}
