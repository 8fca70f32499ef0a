import type { Environment, PostgresTarget } from '../../model/target.ts';

/**
 * A connection parameter by libpq's precedence: the URL, then the environment. Empty counts as not set.
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
export function lookUp(
  target: PostgresTarget,
  parameter: string,
  environment: Environment,
  variable: string,
): string | null {
  return target.parameters.get(parameter) || environment[variable] || null;
}
