import { UserError } from '../model/errors.ts';
import { type Container, findContainer } from './container.ts';
import { refuseOther } from './difference.ts';
import { type Engine, findEngine } from './engine.ts';
import { engineError, messageOf } from './failure.ts';
import { hasImage, pullImage } from './image.ts';
import { isPortTaken, portTaken, portTakenBySomebody } from './port.ts';
import { type Waiting, waitUntilReady } from './ready.ts';
import { completeSettings, CONTAINER, type GivenSettings, type ServerSettings, urlsOf } from './settings.ts';
import { checkVolume } from './volume.ts';

export interface StartRequest extends Waiting {
  /** What is not given is as the users' page has it. */
  readonly settings: GivenSettings;
  /** Whether the engine's own progress of a pull goes to stderr. */
  readonly showProgress?: boolean | undefined;
  /** Told the engine's name before anything is pulled, made or started. */
  readonly onStart?: ((engine: Engine['name']) => void) | undefined;
}

export interface Started {
  readonly outcome: 'started' | 'already running';
  readonly port: number;
  /** How to connect, complete. */
  readonly url: string;
  /** The same as it may be printed: a password that is not the default one is masked. */
  readonly where: string;
}

/**
 * Starts the local server, and waits until it answers a query: makes the container where there is none, with its image
 * and its volume, and goes on with the one that is there, whatever state it is in.
 * @throws UserError for everything that keeps it from running
 * @throws the signal's reason once that is aborted; what was made until then stays, and the next start goes on with it
 */
export async function startServer(request: StartRequest): Promise<Started> {
  const settings = completeSettings(request.settings);
  const engine = await findEngine(request);
  const found = await findContainer(engine, CONTAINER);
  if (found !== null) refuseOther(engine, found, settings);
  const isRunning = found?.status === 'running';
  if (!isRunning) {
    request.onStart?.(engine.name);
    await (found === null ? make(engine, settings, request) : resume(engine, found, settings, request));
  }
  await waitUntilReady(engine, settings, request);
  return { outcome: isRunning ? 'already running' : 'started', port: settings.port, ...urlsOf(settings) };
}

async function make(engine: Engine, settings: ServerSettings, request: StartRequest): Promise<void> {
  const { image, volume, port, password } = settings;
  if (!(await hasImage(engine, image))) await pullImage(engine, image, request.showProgress ?? false);
  const { dataPath } = await checkVolume(engine, volume, image);
  const published = ['--publish', `127.0.0.1:${port}:5432`, '--volume', `${volume}:${dataPath}`];
  // A variable that is named without a value is taken from the environment: command lines can be seen by everybody.
  const args = ['container', 'create', '--name', CONTAINER, '--env', 'POSTGRES_PASSWORD', ...published, image];
  const end = await engine.run(args, { environment: { POSTGRES_PASSWORD: password } });
  if (end.exitCode !== 0) {
    const others = await findContainer(engine, CONTAINER);
    if (others === null) throw engineError(engine, args, end);
    // Another start was faster.
    refuseOther(engine, others, settings);
    return resume(engine, others, settings, request);
  }
  try {
    await begin(engine, 'start', settings, request);
  } catch (error) {
    await engine.run(['container', 'rm', '--force', CONTAINER]);
    throw error;
  }
}

/** What makes a container run, by the state it is in; null where it does already. Podman has more words than docker. */
const steps: ReadonlyMap<string, 'start' | 'unpause' | null> = new Map([
  ['created', 'start'],
  ['configured', 'start'],
  ['initialized', 'start'],
  ['exited', 'start'],
  ['stopped', 'start'],
  ['paused', 'unpause'],
  ['running', null],
  ['restarting', null],
]);

async function resume(
  engine: Engine,
  { status, imageId }: Container,
  settings: ServerSettings,
  request: StartRequest,
): Promise<void> {
  const step = steps.get(status);
  if (step === undefined) {
    throw new UserError(`container ${CONTAINER} is ${status}, and cannot be started`, {
      where: `container ${CONTAINER}`,
      hint: `remove it, the data stays in volume ${settings.volume}: ${engine.program} rm --force ${CONTAINER}`,
    });
  }
  if (step === 'start') await checkVolume(engine, settings.volume, imageId);
  if (step !== null) await begin(engine, step, settings, request);
}

async function begin(
  engine: Engine,
  step: 'start' | 'unpause',
  { port }: ServerSettings,
  request: StartRequest,
): Promise<void> {
  const args = ['container', step, CONTAINER];
  const end = await engine.run(args);
  if (end.exitCode === 0) return;
  if (!isPortTaken(messageOf(end))) throw engineError(engine, args, end);
  throw (await portTaken(engine, port, request)) ?? portTakenBySomebody(port);
}
