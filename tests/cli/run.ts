import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from '../../src/cli/main.ts';
import { bareEnvironment, type CliOptions, type CliResult } from '../support/cli.ts';

export type { CliOptions, CliResult } from '../support/cli.ts';

/**
 * Runs one command line in this process, as the program does: what it prints, reads and looks at comes from here. What
 * needs a process of its own (a terminal, signals, custom commands) is tested with `runCli` of `support/cli.ts`.
 */
export async function runCli(args: readonly string[], { cwd, env, input = '' }: CliOptions = {}): Promise<CliResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await main(args, {
    stdin: Readable.from([input]),
    stdout,
    stderr,
    env: { ...bareEnvironment(), ...env },
    cwd: cwd ?? process.cwd(),
    colorDepth: 1,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { stdout: out, stderr: err, exitCode };
}
