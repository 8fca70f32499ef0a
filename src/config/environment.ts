/** The environment's variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; null where it is not set or empty, which counts as not set. */
export const variable = (environment: Environment, name: string): string | null =>
  (Object.hasOwn(environment, name) && environment[name]) || null;
