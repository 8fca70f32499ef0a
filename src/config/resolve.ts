import { UserError } from '../model/errors.ts';
import { findDatabases } from './databases.ts';
import type { Databases } from './databases.ts';
import { variable } from './environment.ts';
import { findConfiguration } from './find.ts';
import { misspeltVariables } from './misspelt-variables.ts';
import { checkIdentifier } from './names.ts';
import { type Provenance, provenanceOf } from './provenance.ts';
import { readSettings } from './settings.ts';
import type { FileSettings, Setting } from './settings.ts';
import type { Environment, Target } from '../model/target.ts';

/** Values of the command line; undefined where a flag is not given. */
export interface Flags {
  readonly config?: string | undefined;
  readonly systemDatabaseUrl?: string | undefined;
  readonly applicationDatabaseUrl?: string | undefined;
  readonly schema?: string | undefined;
  readonly role?: string | undefined;
}

const FLAG_NAMES: { readonly [K in keyof Flags]-?: string } = {
  config: '--config',
  systemDatabaseUrl: '--sys-db-url',
  applicationDatabaseUrl: '--db-url',
  schema: '--schema',
  role: '--app-role',
};

/** All from outside that decides, so that nothing else is looked at. */
export interface Surroundings {
  readonly flags: Flags;
  readonly environment: Environment;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Where Docker mounts secrets; `/run/secrets` where it is not given. */
  readonly secretsDirectory?: string;
}

/** All that a command needs to know before it opens a connection. Paths of SQLite files are absolute. */
export interface Configuration extends Databases {
  readonly schema: string;
  readonly schemaSource: string;
  /** The role of the application, from `--app-role`, `DBOS_APP_ROLE` or `app_role`. */
  readonly role: string | null;
  readonly listenNotify: boolean;
  /** Patterns of objects that are no drift. */
  readonly ignore: readonly string[];
  /** Custom commands, as they stand in the file. */
  readonly commands: readonly string[];
  /** Commands that start the application, as they stand in the file. @throws UserError for what is no list of texts */
  readonly start: () => readonly string[];
  /** The configuration file as the operator named it; null where there is none. */
  readonly file: string | null;
  /** Each setting with the place that it came from. */
  readonly provenance: readonly Provenance[];
}

/**
 * Finds what to work on: the flag first, then the environment, then the configuration file, then what follows from these.
 * @throws UserError for all that can be known to be wrong before a connection is opened
 */
export async function resolveConfiguration(given: Surroundings): Promise<Configuration> {
  const { flags, environment, workingDirectory, secretsDirectory = '/run/secrets' } = given;
  refuseEmpty(flags);
  const file = await findConfiguration({ flag: flags.config, environment, workingDirectory });
  const settings = file && (await readSettings(file, { environment, secretsDirectory }));
  const databases = findDatabases({ flags, environment, file: settings, workingDirectory });
  const schema = findSchema(flags.schema, settings, databases);
  const role = findRole(given, settings, databases.system.url);
  return {
    ...databases,
    schema: schema.value,
    schemaSource: schema.source,
    role: role.found?.value ?? null,
    ...furtherSettings(settings),
    file: file?.path ?? null,
    provenance: provenanceOf({
      databases,
      schema,
      role: role.found,
      file: file && settings && { path: file.path, settings },
      configFlag: flags.config,
      environment,
    }),
    warnings: [...databases.warnings, ...schema.warnings, ...misspeltVariables(environment)],
    notes: [...databases.notes, ...role.notes],
  };
}

const furtherSettings = (
  file: FileSettings | null,
): Pick<Configuration, 'listenNotify' | 'ignore' | 'commands' | 'start'> => ({
  listenNotify: file?.listenNotify?.value ?? true,
  ignore: file?.ignore ?? [],
  commands: file?.commands ?? [],
  start: file?.start ?? (() => []),
});

function refuseEmpty(flags: Flags): void {
  for (const [key, name] of Object.entries(FLAG_NAMES)) {
    if (flags[key as keyof Flags] !== '') continue;
    throw new UserError(`${name} is empty`, {
      where: name,
      hint: 'give it a value or leave it out; is the variable that it comes from set?',
    });
  }
}

type FoundSchema = Setting<string> & { readonly warnings: readonly string[] };

/** The flag is checked even where it is ignored: where no database has schemas. */
function findSchema(flag: string | undefined, file: FileSettings | null, databases: Databases): FoundSchema {
  const otherwise = file?.schema ?? { value: 'dbos', source: 'default' };
  if (flag === undefined) return { ...otherwise, warnings: [] };
  const value = checkIdentifier('schema', flag, '--schema');
  const hasSchemas = [databases.system, databases.application].some((database) => database?.url.dialect === 'postgres');
  if (hasSchemas) return { value, source: '--schema', warnings: [] };
  return { ...otherwise, warnings: ['--schema is ignored: SQLite has no schemas'] };
}

interface FoundRole {
  readonly found: Setting<string> | null;
  readonly notes: readonly string[];
}

/** One environment and one file may serve databases of both dialects; a flag was given for this run. */
function findRole({ flags, environment }: Surroundings, file: FileSettings | null, system: Target): FoundRole {
  const found = roleOfFlag(flags) ?? roleOfEnvironment(environment) ?? file?.role ?? null;
  if (found === null) return { found, notes: [] };
  if (system.dialect === 'postgres') return { found, notes: [] };
  if (flags.role !== undefined) {
    throw new UserError('SQLite has no roles to grant permissions to', {
      where: '--app-role',
      hint: 'leave --app-role out',
    });
  }
  return { found: null, notes: [`the role of ${found.source} gets nothing: SQLite has no roles`] };
}

const roleOfFlag = ({ role }: Flags): Setting<string> | null =>
  role === undefined ? null : { value: checkIdentifier('role', role, '--app-role'), source: '--app-role' };

function roleOfEnvironment(environment: Environment): Setting<string> | null {
  const source = 'DBOS_APP_ROLE';
  const role = variable(environment, source);
  return role === null ? null : { value: checkIdentifier('role', role, source), source };
}
