/** What a database URL says, taken apart and percent-decoded; null for what it leaves open. */
export interface Target {
  /** The URL as it was given. */
  readonly text: string;
  readonly user: string | null;
  readonly password: string | null;
  /** A name, an address, or the directory of a unix socket. */
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string;
  /** What else stands in the query string: libpq's parameters. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The database from which that of the target may be created. */
  readonly maintenanceDatabase: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A connection parameter by libpq's precedence: the URL, then the environment. Empty counts as not set.
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
export function lookUp(target: Target, parameter: string, environment: Environment, variable: string): string | null {
  return target.parameters.get(parameter) || environment[variable] || null;
}
