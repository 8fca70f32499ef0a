import { resolve } from 'node:path';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import type { Database, Opened } from '../apply/database.ts';
import type { Configuration } from '../config/resolve.ts';
import type { Located } from '../config/databases.ts';
import { withDatabase } from '../config/database-url.ts';
import { combine, type Definitions, withoutListenNotify } from '../model/definition.ts';
import type { DeclareOptions, Scope } from '../model/dialect.ts';
import { UserError } from '../model/errors.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import { psqlWay, sqliteWay, type Way } from './shell.ts';
import type { PostgresTarget } from '../model/target.ts';

/** A database of this run with what it is to the operator. */
export interface RunDatabase {
  readonly title: string;
  readonly database: Database;
  readonly declare: DeclareOptions;
  readonly way: Way;
}

/**
 * The databases of a run, the system database first; one that serves as both comes once, with both sets declared.
 * Drivers are loaded for the dialects in use only.
 */
export async function databasesOf(configuration: Configuration): Promise<readonly RunDatabase[]> {
  const { system, application, listenNotify } = configuration;
  const ours = listenNotify ? systemDefinitions : withoutListenNotify(systemDefinitions);
  if (application === null) return [await runDatabase('System database', system, ours, configuration)];
  if (isSame(system, application)) {
    const both = combine(ours, applicationDefinitions);
    return [await runDatabase('System and application database', system, both, configuration)];
  }
  return [
    await runDatabase('System database', system, ours, configuration),
    await runDatabase('Application database', application, applicationDefinitions, configuration),
  ];
}

/** The system database alone, asked about what else stands in it, for `reset`. */
export async function systemDatabaseOf(configuration: Configuration): Promise<RunDatabase> {
  const entry = await runDatabase('System database', configuration.system, systemDefinitions, configuration);
  return { ...entry, database: { ...entry.database, scope: { ...entry.database.scope, surroundings: true } } };
}

function isSame({ url: a }: Located, { url: b }: Located): boolean {
  if (a.dialect === 'sqlite') return b.dialect === 'sqlite' && resolve(a.path) === resolve(b.path);
  if (b.dialect === 'sqlite') return false;
  const place = (url: PostgresTarget): string =>
    JSON.stringify([url.host ?? 'localhost', url.port ?? 5432, url.database]);
  return place(a) === place(b);
}

async function runDatabase(
  title: string,
  located: Located,
  definitions: Definitions,
  configuration: Configuration,
): Promise<RunDatabase> {
  const { url } = located;
  const where = maskUrl(url.text);
  if (url.dialect === 'sqlite') {
    const { discardIfEmpty, openSqlite, sqlite } = await import('../sqlite/dialect.ts');
    const scope: Scope = { database: url.path, schema: 'main', definitions, role: null };
    const database: Database = {
      dialect: sqlite,
      scope,
      where,
      open: (options) => openSqlite(url.path, options),
      discardIfEmpty: () => discardIfEmpty(url.path),
    };
    return { title, database, declare: scope, way: sqliteWay(url) };
  }
  const { postgres } = await import('../postgres/dialect.ts');
  const { schema, role } = configuration;
  const official = configuration.derived && located === configuration.system ? officialDefault(configuration) : null;
  const scope: Scope = {
    database: url.database,
    schema,
    definitions,
    role,
    ...(official === null ? {} : { alternative: official.database }),
  };
  const database: Database = {
    dialect: postgres,
    scope,
    where,
    open: (options) => openPostgres(url, options),
    mayBeMissing: ({ hasAlternative }) => {
      if (official !== null && hasAlternative === true) throw insteadOf(url, official);
    },
  };
  const first = configuration.system.url;
  return { title, database, declare: scope, way: psqlWay(url, first.dialect === 'postgres' ? first : url) };
}

async function openPostgres(url: PostgresTarget, { write }: { readonly write: boolean }): Promise<Opened> {
  const { connectMaintenance, connectPostgres } = await import('../postgres/connection/connect.ts');
  const { connection, missing } = await connectPostgres(url);
  if (connection !== null) return { connection, exists: true, writable: true };
  if (write) throw missing;
  return { connection: await connectMaintenance(url), exists: false, writable: true };
}

/** What the official tools call a derived system database. */
const officialDefault = ({ application }: Configuration): PostgresTarget | null =>
  application?.url.dialect === 'postgres'
    ? withDatabase(application.url, `${application.url.database}_dbos_sys`)
    : null;

/** To create a second system database beside the official default would hide all workflows from the operator. */
const insteadOf = (derived: PostgresTarget, official: PostgresTarget): UserError =>
  new UserError(
    `there is no database ${derived.database}, but there is ${official.database}, which the official tools use by default`,
    {
      where: maskUrl(derived.text),
      hint: `name the system database: --sys-db-url ${maskUrl(official.text)}`,
    },
  );
