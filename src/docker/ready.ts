import { setTimeout } from 'node:timers/promises';
import { UserError } from '../model/errors.ts';
import { maskCommand } from '../secrets/mask-command.ts';
import { findContainer, lines } from './container.ts';
import type { Engine, Surroundings } from './engine.ts';
import { isDiskFull } from './failure.ts';
import { CONTAINER, defaults, type ServerSettings } from './settings.ts';

/** What a server says to a query. */
export type Answer =
  | { readonly is: 'ready' }
  /** It may answer when it is asked again. */
  | { readonly is: 'silent'; readonly why: string }
  /** It does not know this password, and never will. */
  | { readonly is: 'other password'; readonly why: string };

/** How long an answer is waited for. */
export interface Patience {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a query to a server on 127.0.0.1, as the superuser `postgres`.
 * @throws the signal's reason once that is aborted
 */
export type Probe = (server: Pick<ServerSettings, 'port' | 'password'>, patience: Patience) => Promise<Answer>;

export interface Waiting extends Surroundings, Patience {
  readonly probe: Probe;
}

/** Milliseconds between two looks. */
const POLL = 200;

/**
 * Waits until a query through the published port succeeds. A container that has ended is not waited for.
 * @throws UserError with the last lines of the container's log where that does not come to pass in time
 */
export async function waitUntilReady(engine: Engine, settings: ServerSettings, waiting: Waiting): Promise<void> {
  const { probe, timeout, signal } = waiting;
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await probe(settings, { timeout: Math.max(deadline - Date.now(), 1), signal });
    if (answer.is === 'ready') return;
    if (answer.is === 'other password') throw otherPassword(engine, settings, answer.why);
    const container = await findContainer(engine, CONTAINER);
    if (container?.status !== 'running') {
      const end = container === null ? 'was removed' : `ended with exit code ${container.exitCode}`;
      throw await notReady(engine, settings, `container ${CONTAINER} ${end}`);
    }
    if (Date.now() >= deadline) {
      throw await notReady(engine, settings, `PostgreSQL was not ready within ${timeout / 1000} s: ${answer.why}`);
    }
    await setTimeout(POLL);
  }
}

async function notReady(engine: Engine, { volume, password }: ServerSettings, message: string): Promise<UserError> {
  const { program } = engine;
  const log = await readLog(engine);
  const secrets = password === defaults.password ? [] : [password];
  const end = log.slice(-SHOWN).map((line) => maskCommand(line, secrets));
  const space = `free some space (${program} system df shows what is used), remove the container, and its volume if it is new: ${program} rm --force ${CONTAINER}; ${program} volume rm ${volume}`;
  return new UserError(message, {
    where: `${program} logs ${CONTAINER} · ${[end.length === 0 ? 'its log is empty' : 'the end of its log:', ...end].join('\n')}`,
    hint: isDiskFull(log.join('\n'))
      ? `the disk is full: ${space}`
      : 'mend what the log says, or wait longer with --timeout SECONDS',
  });
}

/** As many of the last lines of a log as are read, and as an error shows. */
const READ = 50;
const SHOWN = 10;

/** Both streams of a container, in the order of the time stamps that the engine puts before each line. */
async function readLog(engine: Engine): Promise<readonly string[]> {
  const args = ['container', 'logs', '--timestamps', '--tail', String(READ), CONTAINER];
  const { exitCode, stdout, stderr } = await engine.run(args);
  // What the engine says of a container that is gone is no log.
  return lines(exitCode === 0 ? `${stdout}\n${stderr}` : '')
    .toSorted()
    .map((line) => line.replace(/^\S+ ?/, '').replaceAll('\t', '  '));
}

const otherPassword = ({ program }: Engine, { volume }: ServerSettings, why: string): UserError =>
  new UserError(`the data in volume ${volume} has another password: ${why}`, {
    where: `volume ${volume}`,
    hint: [
      'the password counts when the data is made, and stays with it',
      `start with the one that it was made with: ${program} rm --force ${CONTAINER}; dbos postgres start --password PASSWORD`,
      `or delete the data: dbos postgres stop --volumes`,
    ].join('\n'),
  });
