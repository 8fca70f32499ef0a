import { UserError } from '../model/errors.ts';
import type { Environment } from '../model/target.ts';
import { type ProgramEnd, runProgram } from '../process/run.ts';
import { engineError } from './failure.ts';

/** The program that containers are managed with; it knows of contexts, credentials and sockets. */
export interface Engine {
  readonly program: 'docker' | 'podman';
  /** As people write it. */
  readonly name: 'Docker' | 'Podman';
  /** Runs it with these arguments, and gives how it ended, well or not. */
  run(args: readonly string[], options?: RunOptions): Promise<ProgramEnd>;
  /** The same for what has to end well. @returns what it printed @throws UserError otherwise */
  ask(args: readonly string[], options?: RunOptions): Promise<string>;
}

export interface RunOptions {
  /** Added to the environment of the program: what must not stand on a command line. */
  readonly environment?: Environment;
  /** Whether its progress goes to stderr of this process. */
  readonly show?: boolean | undefined;
  /** Milliseconds after which it is killed; half a minute unless given. */
  readonly timeout?: number | null;
}

/** What every function about containers is run in. */
export interface Surroundings {
  /** Where the engine is looked for, and what it is run in. */
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds. An engine that hangs is found out by this; what takes its time says so. */
const QUESTION = 30_000;

const engines = [
  // On a terminal docker draws the progress of a pull on stdout, podman on stderr.
  { program: 'docker', name: 'Docker', progress: 'stdout' },
  { program: 'podman', name: 'Podman', progress: 'stderr' },
] as const;

/**
 * Gives docker where it is installed, podman otherwise. Whether its daemon runs is seen by the first question.
 * @throws UserError where there is neither
 */
export async function findEngine({ environment, signal }: Surroundings): Promise<Engine> {
  for (const { program, name, progress } of engines) {
    const run: Engine['run'] = (args, { environment: added, show = false, timeout = QUESTION } = {}) =>
      runProgram(program, args, {
        // Docker Desktop would add advice of its own to a pull.
        environment: { DOCKER_CLI_HINTS: 'false', ...environment, ...added },
        show: show ? progress : null,
        timeout: timeout ?? undefined,
        signal,
      });
    const ask: Engine['ask'] = async (args, options) => {
      const end = await run(args, options);
      if (end.exitCode === 0) return end.stdout;
      throw engineError({ program, name }, args, end);
    };
    if ((await run(['--version'])).exitCode === 0) return { program, name, run, ask };
  }
  throw new UserError('neither docker nor podman is installed, or none is on the PATH', {
    hint: 'install Docker (https://docs.docker.com/get-docker/), or start PostgreSQL yourself and name it with --sys-db-url',
  });
}
