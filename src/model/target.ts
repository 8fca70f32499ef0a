/** A PostgreSQL URL, decoded. What it does not say is null and left to the connection: `PG…` variables and defaults. */
export interface PostgresTarget {
  readonly dialect: 'postgres';
  /** As it was given, with its password, and complete by its database. Never print it: `maskUrl`. */
  readonly text: string;
  readonly user: string | null;
  readonly password: string | null;
  /** Set where it is not the URL that has the password: `service "prod"`. */
  readonly passwordFrom?: string;
  /**
   * A name, an address without brackets, or the directory of a Unix socket, which starts with a slash; or several of
   * these with commas between.
   */
  readonly host: string | null;
  readonly port: number | null;
  /** Set where a port is given for each of several hosts, and `port` is null then. Null is the default port. */
  readonly ports?: readonly (number | null)[];
  readonly database: string;
  /** Set where the URL names no database, and something else does: `PGDATABASE`, `service "prod"`. */
  readonly databaseFrom?: string;
  /** The parameters that are not fields here, decoded, the last of each name: those of libpq. */
  readonly parameters: ReadonlyMap<string, string>;
  /** `maintenance_db`: where to connect to create the database. Ours, never sent to a server. */
  readonly maintenanceDatabase: string | null;
}

export interface SqliteTarget {
  readonly dialect: 'sqlite';
  /** As it was given. */
  readonly text: string;
  /** Of the file; relative to the working directory unless absolute. */
  readonly path: string;
}

/** What a database URL says: the one form in which the rooms hand it to each other. */
export type Target = PostgresTarget | SqliteTarget;

/** The environment's variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;
