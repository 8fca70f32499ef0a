import { UserError } from '../model/errors.ts';
import { type Engine, findEngine, type Surroundings } from './engine.ts';
import { CONTAINER } from './settings.ts';

/** The engine that is installed, and whether it answers. */
export interface EngineState {
  /** `Docker version 28.2.2, build e6534b4` */
  readonly version: string;
  /** Why it does not answer; null where it does. */
  readonly failure: UserError | null;
}

/** Milliseconds that the engine gets for an answer. */
const PATIENCE = 5_000;

/** Looks which engine is there. @returns null where none is */
export async function lookAtEngine(surroundings: Surroundings): Promise<EngineState | null> {
  const engine = await orFailure(() => findEngine(surroundings));
  if (engine instanceof UserError) return null;
  const { stdout } = await engine.run(['--version']);
  const answer = await orFailure(() => ask(engine));
  return { version: stdout.split('\n')[0] ?? engine.name, failure: answer instanceof UserError ? answer : null };
}

/** The question that every command about the container begins with. */
const ask = (engine: Engine): Promise<string> =>
  engine.ask(['container', 'ls', '--quiet', '--filter', `name=^${CONTAINER}$`], { timeout: PATIENCE });

async function orFailure<T>(look: () => Promise<T>): Promise<T | UserError> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
