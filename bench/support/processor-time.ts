import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bareEnvironment } from '../../tests/support/cli.ts';

const run = promisify(execFile);

/** https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html#index-TIMEFORMAT */
const TIMED = `TIMEFORMAT='%3U %3S'; time "$@" >/dev/null`;

/**
 * Milliseconds of a processor, in user and in system mode, that a program and all its children take.
 * @throws where it fails.
 */
export async function processorTime(command: readonly string[], cwd: string): Promise<number> {
  const { stderr } = await run('bash', ['-c', TIMED, 'bash', ...command], { cwd, env: bareEnvironment() });
  const [user, system] = stderr.trimEnd().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  if (user === undefined || system === undefined) throw new Error(`bash told no time:\n${stderr}`);
  return (user + system) * 1000;
}
