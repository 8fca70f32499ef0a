import { misspeltVariables } from './misspelt-variables.ts';
import { resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import { oneLine, quoted } from '../secrets/printable.ts';
import { parseDatabaseUrl, withDatabase } from './database-url.ts';
import { variable } from './environment.ts';
import { checkIdentifier, derivedDatabase, runtimeFileName } from './names.ts';
import { parameterWarnings } from './postgres-parameters.ts';
import { sqliteWarnings } from './sqlite-url.ts';
import type { FileSettings, Setting } from './settings.ts';
import type { Environment, SqliteTarget, Target } from '../model/target.ts';

/** A database and where its URL came from, as the operator knows it: `--sys-db-url`. */
export interface Located {
  readonly url: Target;
  readonly source: string;
}

export interface Databases {
  readonly system: Located;
  readonly application: Located | null;
  /** True where nobody named the system database: its name was made from the application's. */
  readonly derived: boolean;
  /** For the operator; none of them keeps the command from running. */
  readonly warnings: readonly string[];
  /** What was chosen for the operator where nobody named it, and from what. */
  readonly notes: readonly string[];
}

export interface DatabaseSources {
  readonly flags: {
    readonly systemDatabaseUrl?: string | undefined;
    readonly applicationDatabaseUrl?: string | undefined;
  };
  readonly environment: Environment;
  readonly file: FileSettings | null;
  /** Absolute: relative paths of SQLite files count from it, as in the runtime. */
  readonly workingDirectory: string;
}

/**
 * Finds the databases, each by itself: flag, environment, file. The system database may follow from the application's,
 * or from the name in the file.
 * @throws UserError where no URL is given, one cannot be used, or two contradict each other
 */
export function findDatabases(sources: DatabaseSources): Databases {
  const found = follow(findSystem(sources), findApplication(sources), sources);
  const { system, application } = found;
  const urls = [system, application].flatMap((located) => (located === null ? [] : [located.url]));
  return {
    ...found,
    system: absolute(system, sources.workingDirectory),
    application: application && absolute(application, sources.workingDirectory),
    warnings: [...new Set([...found.warnings, ...urls.flatMap(urlWarnings)])],
    notes: [...found.notes, ...[system, application].flatMap(databaseNote)],
  };
}

const findSystem = ({ flags, environment, file }: DatabaseSources): Located | null =>
  fromFlag('--sys-db-url', flags.systemDatabaseUrl, environment) ??
  fromEnvironment(environment, 'DBOS_SYSTEM_DATABASE_URL') ??
  fromFile(file?.systemUrl);

const findApplication = ({ flags, environment, file }: DatabaseSources): Located | null =>
  fromFlag('--db-url', flags.applicationDatabaseUrl, environment) ??
  fromEnvironment(environment, 'DBOS_DATABASE_URL', 'DBOS_APPLICATION_DATABASE_URL') ??
  fromFile(file?.applicationUrl);

function follow(
  system: Located | null,
  application: Located | null,
  { file, environment }: DatabaseSources,
): Databases {
  const found = { application, warnings: [], notes: [] };
  if (system !== null) return { ...found, system, derived: false };
  if (application !== null) return { ...found, system: derive(application), derived: true };
  if (file?.name) return fromName(file.name, file.address);
  throw new UserError('no database URL is given', {
    hint: [
      ...misspeltVariables(environment),
      'pass --sys-db-url, set DBOS_SYSTEM_DATABASE_URL, or write system_database_url into dbos-config.yaml',
    ].join('\n'),
  });
}

const fromFlag = (name: string, text: string | undefined, environment: Environment): Located | null =>
  text === undefined ? null : { url: parseDatabaseUrl(text, name, environment), source: name };

const fromFile = (setting: Setting<Target> | null | undefined): Located | null =>
  setting ? { url: setting.value, source: setting.source } : null;

function fromEnvironment(environment: Environment, ...names: readonly string[]): Located | null {
  const [first, second] = names.flatMap((name) => {
    const text = variable(environment, name);
    return text === null ? [] : [{ name, text }];
  });
  if (first === undefined) return null;
  if (second !== undefined && second.text !== first.text) {
    throw new UserError(`${first.name} and ${second.name} name one database and have different values`, {
      where: 'environment',
      hint: 'unset one of them',
    });
  }
  return { url: parseDatabaseUrl(first.text, first.name, environment), source: first.name };
}

/** On PostgreSQL a database beside the application's; on SQLite the same file. */
function derive({ url, source }: Located): Located {
  const derivedSource = `derived from ${source}`;
  if (url.dialect === 'sqlite') return { url, source: derivedSource };
  const hint = 'name the system database yourself: --sys-db-url';
  const name = checkIdentifier('database', derivedDatabase(url.database), derivedSource, hint);
  return { url: withDatabase(url, name), source: derivedSource };
}

/** The runtime makes the file name from the name a little otherwise than the documentation says. */
function fromName(name: Setting<string>, address: string | null): Databases {
  if (address !== null) {
    throw new UserError('the file names a database server in the way of older releases, and no URL', {
      where: address,
      hint: 'write the same as system_database_url: postgresql://user:password@host:5432/database',
    });
  }
  const source = `derived from ${name.source}`;
  const system = { url: parseDatabaseUrl(`sqlite:///./${name.value}.sqlite`, source), source };
  const theirs = runtimeFileName(name.value);
  const warning = `the Python runtime opens ${theirs}.sqlite for the name ${name.value}: set system_database_url for both`;
  return {
    system,
    application: null,
    derived: false,
    warnings: theirs === name.value ? [] : [warning],
    notes: [`no URL given: ${system.url.text}, from name (${name.source.replace(/ name$/, '')})`],
  };
}

/** PGDATABASE is named where it decided. A system database that follows from the application's needs no note of its own. */
function databaseNote(located: Located | null): readonly string[] {
  if (located === null || located.url.dialect === 'sqlite' || located.url.databaseFrom === undefined) return [];
  const { url, source } = located;
  return [`the URL of ${source} names no database: ${quoted(url.database)}, from ${url.databaseFrom}`];
}

const absolute = ({ url, source }: Located, workingDirectory: string): Located => ({
  url: url.dialect === 'sqlite' ? { ...url, path: resolve(workingDirectory, url.path) } : url,
  source,
});

const urlWarnings = (url: Target): readonly string[] =>
  url.dialect === 'postgres' ? parameterWarnings(url) : [...percentWarning(url), ...sqliteWarnings(url)];

/** SQLAlchemy decodes percent signs of a path from 2.1 on and did not before; the runtime works with either. */
const percentWarning = ({ path, text }: SqliteTarget): readonly string[] =>
  /%[0-9a-f]{2}/i.test(path)
    ? [
        `the % in ${oneLine(maskUrl(text))} is taken literally, but SQLAlchemy 2.1 and newer decode it: choose a path without one`,
      ]
    : [];
