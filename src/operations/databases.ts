import { isAbsolute, resolve } from 'node:path';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import type { Database } from '../apply/database.ts';
import { parseDatabaseUrl, withDatabase } from '../config/database-url.ts';
import { checkIdentifier } from '../config/names.ts';
import { combine, type Definitions, withoutListenNotify } from '../model/definition.ts';
import type { Dialect, DialectName } from '../model/dialect.ts';
import { UserError } from '../model/errors.ts';
import type { ColumnObject } from '../model/objects.ts';
import type { Environment, PostgresTarget, Target } from '../model/target.ts';
import type { History } from '../planner/history.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import { renameColumn } from '../sql/rename-column.ts';
import type { CatalogName, Listeners, Request } from './request.ts';
import { psqlWay, sqliteWay, type Way } from './way.ts';

/** A database of a run with what it is to the operator. */
export interface RunDatabase {
  /** `System database`, `Application database`, or both in one. */
  readonly title: string;
  readonly database: Database;
  readonly way: Way;
}

/** Loaded for the dialects in use only. */
const dialects: { readonly [D in DialectName]: (introspect: CatalogName | undefined) => Promise<Dialect> } = {
  postgres: async (introspect) => {
    const { postgres, postgresByInformationSchema } = await import('../postgres/dialect.ts');
    return introspect === 'information_schema' ? postgresByInformationSchema : postgres;
  },
  sqlite: async () => (await import('../sqlite/dialect.ts')).sqlite,
};

/** Loaded only where there is something to say: a run that finds nothing to do is not made to read it. */
const histories: { readonly [D in DialectName]: () => Promise<{ readonly default: History }> } = {
  postgres: () => import('../../schema/history/postgres.json', { with: { type: 'json' } }),
  sqlite: () => import('../../schema/history/sqlite.json', { with: { type: 'json' } }),
};

interface Targets {
  readonly system: Target;
  readonly application: Target | null;
}

/**
 * The databases of a run, the system database first; one that serves as both comes once, with both sets declared.
 * @throws UserError for a URL, a schema or a role that cannot be used
 */
export async function databasesOf(given: Request): Promise<readonly RunDatabase[]> {
  const request = warnedOnce(given);
  const targets = targetsOf(request);
  const { system, application } = targets;
  const ours = request.listenNotify === false ? withoutListenNotify(systemDefinitions) : systemDefinitions;
  if (application === null) return [await runDatabase('System database', system, ours, request, targets)];
  if (await isSame(system, application, request.environment ?? null)) {
    const both = combine(ours, applicationDefinitions);
    return [await runDatabase('System and application database', system, both, request, targets)];
  }
  return [
    await runDatabase('System database', system, ours, request, targets),
    await runDatabase('Application database', application, applicationDefinitions, request, targets),
  ];
}

/** The system database alone, for no role: what is taken away needs no grants. @throws UserError as `databasesOf` does */
export async function systemDatabaseOf(given: Request): Promise<RunDatabase> {
  const request = warnedOnce({ ...given, role: undefined });
  const targets = targetsOf(request);
  return runDatabase('System database', targets.system, systemDefinitions, request, targets);
}

/** Each connection to a database may be warned of the same, and each statement. */
function warnedOnce(request: Request): Request {
  const told = new Set<string>();
  const warning = (text: string): void => {
    if (told.has(text)) return;
    told.add(text);
    request.on?.warning?.(text);
  };
  return { ...request, on: { ...request.on, warning } };
}

function targetsOf({ system, application, schema, role, environment, workingDirectory }: Request): Targets {
  if (schema !== undefined) checkIdentifier('schema', schema, 'schema');
  if (role !== undefined) checkIdentifier('role', role, 'role');
  const read = (text: string, source: string): Target =>
    located(parseDatabaseUrl(text, source, environment), workingDirectory);
  const targets = {
    system: read(system, 'system'),
    application: application === undefined ? null : read(application, 'application'),
  };
  if (role !== undefined && targets.system.dialect === 'sqlite') {
    throw new UserError('SQLite has no roles to grant permissions to', { where: 'role', hint: 'leave the role out' });
  }
  return targets;
}

const located = (target: Target, directory: string | undefined): Target =>
  target.dialect === 'postgres' || isAbsolute(target.path)
    ? target
    : { ...target, path: directory === undefined ? resolve(target.path) : resolve(directory, target.path) };

async function isSame(a: Target, b: Target, environment: Environment | null): Promise<boolean> {
  if (a.dialect !== b.dialect) return false;
  const { placeOf } = await dialects[a.dialect](undefined);
  return placeOf(a, environment) === placeOf(b, environment);
}

/** Undefined where nobody listens: then no message is timed. */
const queryListener = (database: string, on: Listeners | undefined): Database['onQuery'] =>
  on?.query === undefined ? undefined : (query) => on.query?.({ database, ...query });

async function runDatabase(
  title: string,
  target: Target,
  definitions: Definitions,
  request: Request,
  targets: Targets,
): Promise<RunDatabase> {
  const { schema = 'dbos', role = null, environment = null, introspect, signal, on } = request;
  const official = request.derived === true && target === targets.system ? officialDefault(targets) : null;
  const { dialect: name } = target;
  const common = {
    dialect: await dialects[name](introspect),
    target,
    where: maskUrl(target.text),
    environment,
    history: async () => (await histories[name]()).default,
    renameColumn: (column: ColumnObject, newName: string): string => renameColumn(name, column, newName),
    signal,
    onWait: (what: string): void => on?.wait?.({ database: title, what }),
    onWarning: (text: string): void => on?.warning?.(text),
    onQuery: queryListener(title, on),
  };
  if (name === 'sqlite') {
    if (introspect !== undefined) throw noChoice(common.where);
    const scope = { database: target.path, schema: 'main', definitions, role: null };
    return { title, database: { ...common, scope }, way: sqliteWay(target) };
  }
  const scope = { database: target.database, schema, definitions, role };
  const database: Database =
    official === null
      ? { ...common, scope }
      : { ...common, scope: { ...scope, alternative: official.database }, alternative: maskUrl(official.text) };
  return { title, database, way: psqlWay(target, targets.system.dialect === 'postgres' ? targets.system : target) };
}

const noChoice = (where: string): UserError =>
  new UserError('SQLite has one catalog: there is no other to be read by', {
    where,
    hint: 'run it without --introspect',
  });

/** What the official tools call a derived system database. */
const officialDefault = ({ application }: Targets): PostgresTarget | null =>
  application?.dialect === 'postgres' ? withDatabase(application, `${application.database}_dbos_sys`) : null;
