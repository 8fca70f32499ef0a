import { UserError } from '../model/errors.ts';
import { type Container, findContainer, listContainers } from './container.ts';
import { findEngine, type Engine, type Surroundings } from './engine.ts';
import { CONTAINER, defaults } from './settings.ts';
import { hasVolume } from './volume.ts';

export interface StopRequest extends Surroundings {
  /** Told before a container that runs is stopped. */
  readonly onStop?: (() => void) | undefined;
}

export interface Stopped {
  /** What the container was before; `absent` where there was none. */
  readonly was: 'running' | 'stopped' | 'absent';
  /** What keeps the data; null where there is none with a name. */
  readonly volume: string | null;
}

/** What goes, by name; null for what is not there. */
export interface Removal {
  readonly container: string | null;
  readonly volume: string | null;
}

export interface RemoveRequest extends StopRequest {
  /** Decides whether what was found is removed; not called where nothing is there. */
  readonly confirm: (removal: Removal) => Promise<boolean>;
}

/**
 * Stops the local server in whatever state it is. Its data stays in its volume.
 * @throws UserError where the engine fails
 */
export async function stopServer(request: StopRequest): Promise<Stopped> {
  const engine = await findEngine(request);
  const { container, volume } = await look(engine);
  return { was: await stop(engine, container, request), volume };
}

/**
 * Stops the local server, and removes its container and its volume with all that is in it.
 * @throws UserError where the engine fails, or another container uses the volume
 */
export async function removeServer({
  confirm,
  ...request
}: RemoveRequest): Promise<'removed' | 'cancelled' | 'absent'> {
  const engine = await findEngine(request);
  const { container, volume } = await look(engine);
  if (container === null && volume === null) return 'absent';
  if (volume !== null) await refuseUsed(engine, volume);
  if (!(await confirm({ container: container?.name ?? null, volume }))) return 'cancelled';
  await stop(engine, container, request);
  if (container !== null) await engine.ask(['container', 'rm', '--force', '--volumes', container.name]);
  if (volume !== null) await engine.ask(['volume', 'rm', volume]);
  return 'removed';
}

/** Where somebody has removed the container, its volume is known by its usual name only. */
async function look(engine: Engine): Promise<{ readonly container: Container | null; readonly volume: string | null }> {
  const container = await findContainer(engine, CONTAINER);
  if (container !== null) return { container, volume: container.volume };
  return { container, volume: (await hasVolume(engine, defaults.volume)) ? defaults.volume : null };
}

/** A volume cannot be removed while containers have it, stopped ones too. */
async function refuseUsed(engine: Engine, volume: string): Promise<void> {
  const users = await listContainers(engine, ['--all', '--filter', `volume=${volume}`]);
  const others = users.map(({ name }) => name).filter((name) => name !== CONTAINER);
  if (others.length === 0) return;
  throw new UserError(`volume ${volume} is used by container ${others.join(' and ')}`, {
    where: `volume ${volume}`,
    hint: `remove what uses it first: ${engine.program} rm --force ${others.join(' ')}`,
  });
}

/** Seconds that PostgreSQL gets to write what it holds, before it is killed. The engine's own default is 10. */
const GRACE = 60;

async function stop(engine: Engine, container: Container | null, { onStop }: StopRequest): Promise<Stopped['was']> {
  if (container === null) return 'absent';
  const { name, status } = container;
  if (!['running', 'paused', 'restarting'].includes(status)) return 'stopped';
  onStop?.();
  // A paused container takes no signal.
  if (status === 'paused') await engine.ask(['container', 'unpause', name]);
  await engine.ask(['container', 'stop', '-t', String(GRACE), name], { timeout: null });
  return 'running';
}
