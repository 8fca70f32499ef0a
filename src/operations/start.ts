import { UserError } from '../model/errors.ts';
import { exitCodeOf, runInShell } from '../process/run.ts';
import { maskCommand } from '../secrets/mask-command.ts';
import { oneLine } from '../secrets/printable.ts';
import { type CustomCommands, environmentOf, secretsOf } from './custom-commands.ts';
import { databasesOf } from './databases.ts';
import type { Request } from './request.ts';

export interface StartRequest extends Request {
  /** What starts the application. */
  readonly commands: CustomCommands;
  /** Told each command before it runs, its secrets masked. */
  readonly onCommand?: ((command: string) => void) | undefined;
}

/**
 * Runs the commands that start an application, one after the other, in the shell, with this process's input and output
 * and with complete URLs of the databases in their environment. No database is connected to. A signal goes on to the
 * command that runs, and is the end of the run.
 * @returns the exit code of the first command that fails or gets a signal, 128 and the signal's number where that ended
 * it; otherwise 0
 * @throws UserError where a URL cannot be completed, and where there is no shell to run a command
 */
export async function start(request: StartRequest): Promise<number> {
  const { commands, onCommand } = request;
  const urls = await Promise.all(
    (await databasesOf(request)).map(async ({ database: { dialect, target, environment } }) =>
      dialect.completeUrl(target, environment),
    ),
  );
  const environment = environmentOf(request.application !== undefined, urls);
  for (const line of commands.lines) {
    const masked = maskCommand(line, secretsOf(urls));
    onCommand?.(masked);
    const end = await runInShell(line, { directory: commands.directory, environment });
    if (end.failure !== null) throw notStarted(masked, commands.file, end.failure);
    const code = exitCodeOf(end);
    if (code !== 0 || end.forwarded !== null) return code;
  }
  return 0;
}

const notStarted = (command: string, file: string, cause: Error): UserError =>
  new UserError(`the shell could not be started for: ${oneLine(command, 200)}`, {
    where: `${file} · runtimeConfig.start`,
    hint: 'look whether this system has a shell, and processes to spare',
    cause,
  });
