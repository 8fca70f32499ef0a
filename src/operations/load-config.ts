import type { Provenance } from '../config/provenance.ts';
import { resolveConfiguration } from '../config/resolve.ts';
import type { Environment } from '../model/target.ts';
import type { CustomCommands } from './custom-commands.ts';
import type { Request } from './request.ts';

/** Values by the names that a request has for them. */
export type Overrides = {
  readonly [K in 'system' | 'application' | 'schema' | 'role']?: string | undefined;
};

/** Where a configuration is looked for. */
export interface ConfigSources {
  /** Path of the configuration file; without it the one that `DBOS_CONFIG` names, or `dbos-config.yaml` where it exists. */
  readonly file?: string | undefined;
  /** Variables of the environment, as in `process.env`; none is read without it. */
  readonly environment?: Environment | undefined;
  /** Absolute; the process's own unless it is given. */
  readonly workingDirectory?: string | undefined;
  /** What stands above file and environment, as the flags of the command line do. */
  readonly overrides?: Overrides | undefined;
}

/** What a configuration says, in the form that the operations take. */
export interface Config extends Request {
  readonly schema: string;
  readonly ignore: readonly string[];
  readonly listenNotify: boolean;
  readonly workingDirectory: string;
  /** `database.migrate` of the file. */
  readonly commands: CustomCommands | undefined;
  /** `runtimeConfig.start` of the file. @throws UserError where that is no list of texts */
  readonly start: () => CustomCommands | undefined;
  /** For the operator; none of them keeps anything from running. */
  readonly warnings: readonly string[];
  /** What was chosen where nobody named it, and from what: `no URL given: sqlite:///./myapp.sqlite, from name (…)`. */
  readonly notes: readonly string[];
  /** Each setting as it may be printed, with the flag, the variable or the place in the file that it came from. */
  readonly provenance: readonly Provenance[];
}

/**
 * Reads the configuration: what overrides it first, then the environment, then the file, then what follows from these.
 * @throws UserError for all that can be known to be wrong before a connection is opened
 */
export async function loadConfig(sources: ConfigSources = {}): Promise<Config> {
  const { file, environment, workingDirectory = process.cwd(), overrides = {} } = sources;
  const { system, application, ...found } = await resolveConfiguration({
    flags: {
      config: file,
      systemDatabaseUrl: overrides.system,
      applicationDatabaseUrl: overrides.application,
      schema: overrides.schema,
      role: overrides.role,
    },
    environment: environment ?? {},
    workingDirectory,
  });
  const commandsOf = (lines: readonly string[]): CustomCommands | undefined =>
    lines.length === 0 || found.file === null ? undefined : { lines, file: found.file, directory: workingDirectory };
  return {
    system: system.url.text,
    ...(application === null ? {} : { application: application.url.text }),
    schema: found.schema,
    ...(found.role === null ? {} : { role: found.role }),
    ignore: found.ignore,
    listenNotify: found.listenNotify,
    derived: found.derived,
    environment,
    workingDirectory,
    commands: commandsOf(found.commands),
    start: () => commandsOf(found.start()),
    warnings: found.warnings,
    notes: found.notes,
    provenance: found.provenance,
  };
}
