import type { Environment } from '../model/target.ts';

/** A variable's value; null where it is not set or empty, which counts as not set. */
export const variable = (environment: Environment, name: string): string | null =>
  (Object.hasOwn(environment, name) && environment[name]) || null;
