import { UserError } from '../model/errors.ts';
import { findListener } from '../process/listener.ts';
import { listContainers } from './container.ts';
import type { Engine, Surroundings } from './engine.ts';
import { CONTAINER } from './settings.ts';

/** The container of the official tools' own `dbos postgres start`. */
const OFFICIAL = 'dbos-db';

/**
 * Says who holds a port that a container could not get, and what to do.
 * @returns null where nobody holds it that can be seen
 */
export async function portTaken(
  engine: Engine,
  port: number,
  { environment }: Surroundings,
): Promise<UserError | null> {
  const running = await listContainers(engine, []);
  const container = running.find(({ name, held }) => name !== CONTAINER && held.includes(port))?.name;
  if (container !== undefined)
    return takenBy(describe(container), port, `stop it: ${engine.program} stop ${container}`);
  const listener = await findListener(port, environment);
  if (listener === null) return null;
  const { pid, name } = listener;
  return takenBy(`process ${pid}${name === '' ? '' : ` (${name})`}`, port, 'stop it');
}

/** The same where the engine says that it is taken, and nobody can be seen who holds it. */
export const portTakenBySomebody = (port: number): UserError =>
  takenBy('a program that this user may not see', port, 'stop it');

/** Whether an engine says that a port could not be had. */
export const isPortTaken = (said: string): boolean =>
  /address already in use|port is already allocated|ports are not available/i.test(said);

const describe = (container: string): string =>
  container === OFFICIAL ? `${OFFICIAL}, the container of the official DBOS tools` : `container ${container}`;

const takenBy = (who: string, port: number, stop: string): UserError =>
  new UserError(`port ${port} is taken by ${who}`, {
    where: `127.0.0.1:${port}`,
    hint: `${stop}, or use another port: dbos postgres start --port ${port < 65_535 ? port + 1 : 5432}`,
  });
