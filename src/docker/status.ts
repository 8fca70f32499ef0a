import { type Container, findContainer } from './container.ts';
import { findEngine, type Surroundings } from './engine.ts';
import type { Answer, Probe } from './ready.ts';
import { CONTAINER, defaults, urlsOf } from './settings.ts';

export interface StatusRequest extends Surroundings {
  readonly probe: Probe;
}

/** The local server as it is, and not as it was asked for. */
export interface Status {
  readonly container: string;
  /** As the engine calls it: `running`, `exited` … */
  readonly state: string;
  readonly image: string;
  /** Null where the data is in no volume with a name. */
  readonly volume: string | null;
  /** Null where PostgreSQL's port is not published. */
  readonly port: number | null;
  /** How to connect, complete; null without a port. */
  readonly url: string | null;
  /** The same as it may be printed. */
  readonly where: string | null;
  /** What it says to a query; null where it does not run. */
  readonly answer: Answer | null;
}

/** Milliseconds that a server gets for an answer. */
const PATIENCE = 5000;

/** Looks at the local server. @returns null where there is no container @throws UserError where the engine fails */
export async function serverStatus(request: StatusRequest): Promise<Status | null> {
  const engine = await findEngine(request);
  const container = await findContainer(engine, CONTAINER);
  if (container === null) return null;
  const { name, status, image, volume, published } = container;
  const port = published[0]?.port ?? null;
  const password = container.password ?? defaults.password;
  return {
    container: name,
    state: status,
    image,
    volume,
    port,
    ...(port === null ? { url: null, where: null } : urlsOf({ port, password })),
    answer: await answerOf(container, port, request),
  };
}

async function answerOf(
  { status, password }: Container,
  port: number | null,
  { probe, signal }: StatusRequest,
): Promise<Answer | null> {
  if (status !== 'running' || port === null) return null;
  return probe({ port, password: password ?? defaults.password }, { timeout: PATIENCE, signal });
}
