import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { UserError } from '../model/errors.ts';
import { maskCommand } from '../secrets/mask-command.ts';
import { oneLine } from '../secrets/printable.ts';
import { exitCodeOf, type ProcessEnd, runInShell } from '../process/run.ts';

export interface CommandRun {
  /** The configuration file the commands stand in, as the operator named it. */
  readonly file: string;
  /** Absolute: the commands run there, which is where the operator stands. */
  readonly directory: string;
  /** Added to this process's environment: complete URLs, DBOS_SYSTEM_DATABASE_URL and DBOS_DATABASE_URL. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Passwords of the databases, decoded: never shown where they can be told from ordinary words. */
  readonly secrets: readonly string[];
  /** Told each command before it runs, with passwords masked. */
  readonly announce: (command: string) => void;
  /** Keeps a command before it runs, and again, under the same id, when it has ended: what was interrupted is seen. */
  readonly record: (run: CommandRecord) => Promise<void>;
}

export interface CommandRecord {
  readonly id: string;
  /** With passwords masked. */
  readonly command: string;
  /** Null while it runs; 128 and the signal's number where a signal ended it. */
  readonly exitCode: number | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds since 1970; null while it runs. */
  readonly completedAt: number | null;
}

/**
 * Runs the custom commands one after the other through the shell, with input and output of this process.
 * @throws UserError at the first that fails, with the command (passwords masked) and its exit code or signal; one whose
 * start cannot be recorded does not run
 */
export async function runCommands(commands: readonly string[], run: CommandRun): Promise<void> {
  if (commands.length === 0) return;
  await checkDirectory(run);
  for (const command of commands) {
    const masked = maskCommand(command, run.secrets);
    run.announce(masked);
    const started = { id: randomUUID(), command: masked, exitCode: null, startedAt: Date.now(), completedAt: null };
    await run.record(started);
    const end = await runInShell(command, run);
    const failure = explain(end, masked, run.file);
    await recordEnd(run, failure, { ...started, exitCode: exitCodeOf(end), completedAt: Date.now() });
  }
}

/** A command that failed is said to have failed even where that cannot be recorded. */
async function recordEnd(run: CommandRun, failure: UserError | null, facts: CommandRecord): Promise<void> {
  try {
    await run.record(facts);
  } catch (error) {
    throw failure ?? error;
  }
  if (failure !== null) throw failure;
}

async function checkDirectory({ directory }: CommandRun): Promise<void> {
  const facts = await stat(directory).catch(() => null);
  if (facts?.isDirectory()) return;
  const problem = facts === null ? 'does not exist' : 'is no directory';
  throw new UserError(`the directory to run custom commands in ${problem}`, {
    where: oneLine(directory, 200),
    hint: 'run it from a directory that exists',
  });
}

const AGAIN = 'the schema is up to date; mend the command and run dbos migrate again';

/** What the shell means by its own exit codes. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html */
const SHELL_CODES: Readonly<Record<number, string>> = {
  126: 'the shell may not execute it',
  127: 'the shell did not find the program: is it installed and on the PATH?',
};

function explain(end: ProcessEnd, masked: string, file: string): UserError | null {
  const where = `${file} · database.migrate`;
  const command = oneLine(masked, 200);
  if (end.failure !== null) {
    return new UserError(`the shell could not be started for the custom command: ${command}`, {
      where,
      hint: 'look whether this system has a shell, and processes to spare',
      cause: end.failure,
    });
  }
  if (end.forwarded !== null) {
    const message = `stopped by ${end.forwarded} while the custom command ran: ${command}`;
    return new UserError(message, { where, hint: AGAIN });
  }
  if (end.signal !== null) {
    return new UserError(`the custom command was ended by ${end.signal}: ${command}`, { where, hint: AGAIN });
  }
  if (end.exitCode === 0) return null;
  const hint = SHELL_CODES[end.exitCode ?? 0] ?? AGAIN;
  return new UserError(`the custom command ended with exit code ${end.exitCode}: ${command}`, { where, hint });
}
