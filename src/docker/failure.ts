import { UserError } from '../model/errors.ts';
import { oneLine } from '../secrets/printable.ts';
import type { ProgramEnd } from '../process/run.ts';

/** An engine as messages name it. */
interface Named {
  readonly program: 'docker' | 'podman';
  readonly name: string;
}

type Words = readonly [message: string, hint: string];

const DISK_FULL = /no space left on device|disk quota exceeded/i;

/** What an engine says when it can do nothing at all, or nothing more. It has no codes for it, and one language. */
const known: readonly { readonly says: RegExp; readonly words: (engine: Named) => Words }[] = [
  {
    says: /permission denied .*\b(?:daemon|api|socket)\b/i,
    words: ({ name }) => [
      `this user may not use the socket of ${name}`,
      'add the user to the group of the socket (sudo usermod -aG docker $USER, then log in again), or set up rootless Docker',
    ],
  },
  {
    says: /cannot connect to the docker daemon|failed to connect to the docker api|cannot connect to podman|error during connect/i,
    words: ({ program, name }) => [
      `${name} does not run, or not where ${program} looks for it`,
      program === 'docker'
        ? 'start Docker Desktop, or the service: sudo systemctl start docker; `docker context ls` shows where docker looks'
        : 'start its machine: podman machine start',
    ],
  },
  {
    says: DISK_FULL,
    words: ({ program, name }) => [
      `the disk of ${name} is full`,
      `free some space: ${program} system df shows what is used, ${program} system prune removes what nobody uses`,
    ],
  },
];

/** Whether a text says that the disk is full. */
export const isDiskFull = (text: string): boolean => DISK_FULL.test(text);

/** Says why a command of the engine failed, in words of ours where the reason is a known one. */
export function engineError(engine: Named, args: readonly string[], end: ProgramEnd): UserError {
  const said = messageOf(end);
  const command = oneLine([engine.program, ...args].join(' '));
  if (end.timedOut) {
    return new UserError(`${engine.name} does not answer`, {
      where: command,
      hint: `see whether \`${engine.program} info\` answers, and restart ${engine.name} where it does not`,
    });
  }
  const words = known.find(({ says }) => says.test(said))?.words(engine);
  return words === undefined
    ? new UserError(`${engine.program} failed: ${said}`, { where: command })
    : new UserError(words[0], { where: socketIn(said) ?? command, hint: words[1] });
}

/** What the engine said, without what it puts before and behind each message. */
export function messageOf({ stderr, exitCode, signal, failure }: ProgramEnd): string {
  const said = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(?:See|Run) '.*--help'/.test(line))
    .map((line) => line.replace(/^(?:docker: |Error: )?(?:Error response from daemon: )?/, ''))
    .join('\n');
  return said || (failure?.message ?? `ended by ${signal ?? `exit code ${exitCode}`} without a word`);
}

const socketIn = (text: string): string | undefined =>
  /\b(?:unix|tcp|ssh|npipe|https?):\/\/[^\s"?]*[^\s"?.:,;]/.exec(text)?.[0];
