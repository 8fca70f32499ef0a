import { expect } from '@jest/globals';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { type CliOptions, type CliResult, runCli } from './run.ts';

const temporaryDirectory = temporaryDirectories();

/** Whatever a URL, a shell, a regular expression or an SQL text could trip over. */
export const password = `Geh@eim/:?#[]%&=;'"$1 \\*{}|~\`+,<>^!Geheim`;
const isLeak = /Geh|eim/;
export const encoded = encodeURIComponent(password);

export interface Failure {
  readonly message: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;
  readonly stdout: string;
}

/**
 * Expects one message with exit code 1, no stack trace but with `--debug`, and no password in anything that is printed,
 * nor in the stack.
 */
export async function failure(args: readonly string[], options: CliOptions = {}): Promise<Failure> {
  const cwd = options.cwd ?? temporaryDirectory();
  const runs = [args, [...args, '--debug']].map((words) => runCli(words, { ...options, cwd }));
  const [{ stdout, stderr, exitCode }, debugged] = (await Promise.all(runs)) as [CliResult, CliResult];
  for (const printed of [stdout, stderr, debugged.stdout, debugged.stderr]) expect(printed).not.toMatch(isLeak);
  expect([exitCode, debugged.exitCode]).toEqual([1, 1]);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(debugged.stderr).toMatch(/^\s+at /m);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  return {
    message: /^error: ((?:.|\n(?! {2}\S))*)/m.exec(stderr)?.[1]?.trimEnd() ?? '',
    where: /^ {2}where {2}(.*)/m.exec(stderr)?.[1],
    hint: /^ {2}do {5}(.*)/m.exec(stderr)?.[1],
    stdout,
  };
}
