/** A PostgreSQL URL, decoded. What it does not say is null and left to the connection: `PG…` variables and defaults. */
export interface PostgresTarget {
  readonly dialect: 'postgres';
  /** As it was given, with its password, and complete by its database. Never print it: `maskUrl`. */
  readonly text: string;
  readonly user: string | null;
  readonly password: string | null;
  /** A name, an address without brackets, or the directory of a Unix socket, which starts with a slash. */
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string;
  /** Set where the URL names no database, and the environment does. */
  readonly databaseFrom?: 'PGDATABASE';
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
