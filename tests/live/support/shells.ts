import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';
import { bareEnvironment } from '../../support/cli.ts';

/** The databases' own shells, which the printed SQL is for. */
type Shell = 'psql' | 'sqlite3';

/** A test that needs a shell. Where it is not installed the test is skipped, and says so. */
export function testWith(shell: Shell): (name: string, body: () => Promise<void>) => void {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  if (!isThere) process.stderr.write(`no ${shell} here: tests that hand SQL to it are skipped\n`);
  return (name, body) => {
    if (isThere) test(name, body);
    else test.skip(`${name} (skipped: no ${shell} here)`, body);
  };
}

/** Runs a script in a shell as a pipe would. @returns what it printed as errors, and its exit code */
export function runShell(
  shell: Shell,
  args: readonly string[],
  {
    input,
    cwd,
    env,
  }: { readonly input: string; readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): { readonly stderr: string; readonly exitCode: number | null } {
  // Nothing of the person's own: psql's start-up file, sqlite3's either.
  const environment = { ...bareEnvironment(), HOME: cwd, ...env };
  const { status, stderr, error } = spawnSync(shell, args, { input, cwd, env: environment, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { stderr, exitCode: status };
}
