import { expect } from '@jest/globals';
import { type CliOptions, type CliResult, runCli } from '../../support/cli.ts';

/** Runs the program, which must succeed. */
export async function succeed(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await runCli(args, options);
  expect({ ...result, args }).toMatchObject({ exitCode: 0 });
  return result;
}

/** Asserts that a check finds nothing to do. */
export async function expectNothingToDo(args: readonly string[], options: CliOptions = {}): Promise<void> {
  const result = await runCli(['migrate', ...args, '--check'], options);
  expect({ ...result, args }).toMatchObject({ exitCode: 0, stderr: '' });
  expect(result.stdout).toMatch(/^Nothing to do: the live schema is as declared\.$/m);
}
