import { explained, withConnection, withoutSignal } from '../apply/database.ts';
import { runCommands } from '../commands/run.ts';
import type { MigrationRecord } from '../model/migration-record.ts';
import { QueryError } from '../model/errors.ts';
import { maskCommand } from '../secrets/mask-command.ts';
import { passwordOf } from '../secrets/mask-url.ts';
import type { Inspected } from './inspect.ts';
import { toolVersion } from './version.ts';

/** Commands of an operator, as they stand in a configuration file. */
export interface CustomCommands {
  readonly lines: readonly string[];
  /** The file they stand in, as the operator named it. */
  readonly file: string;
  /** Absolute: where they run. */
  readonly directory: string;
}

interface Circumstances {
  /** URL of the application database; undefined where there is none. */
  readonly application: string | undefined;
  /** Told each command before it runs, its secrets masked. */
  readonly onCommand: (command: string) => void;
}

/** The commands as they may be printed: without the passwords of the databases. */
export const maskedCommands = (lines: readonly string[], urls: readonly string[]): readonly string[] =>
  lines.map((line) => maskCommand(line, secretsOf(urls)));

/** The passwords in URLs, decoded. */
export const secretsOf = (urls: readonly string[]): readonly string[] => urls.flatMap((url) => passwordOf(url) ?? []);

/**
 * Runs the commands one after the other, and records each in the application database, or in the system database.
 * @param urls complete URLs of the databases, in their order
 * @throws UserError at the first that fails
 */
export async function runCustomCommands(
  { lines, file, directory }: CustomCommands,
  inspected: readonly Inspected[],
  urls: readonly string[],
  { application, onCommand }: Circumstances,
): Promise<void> {
  const last = inspected.at(-1);
  if (last === undefined) throw new Error('a run without a database');
  await runCommands(lines, {
    file,
    directory,
    environment: environmentOf(application !== undefined, urls),
    secrets: secretsOf(urls),
    announce: onCommand,
    record: (run) =>
      write(last, {
        id: run.id,
        kind: 'command',
        summary: run.command,
        declaredFingerprint: null,
        liveFingerprint: null,
        runtimeVersion: null,
        plan: null,
        exitCode: run.exitCode,
        toolVersion,
        startedAt: run.startedAt,
        completedAt: run.completedAt,
      }),
  });
}

/** A command may run for hours, so no connection waits for its end. */
async function write({ database, inspection }: Inspected, record: MigrationRecord): Promise<void> {
  try {
    await withConnection(withoutSignal(database), { write: true }, (connection) =>
      database.dialect.record(connection, database.scope, record),
    );
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw explained(database, error, {
      message: `the custom command cannot be recorded in migrations: ${error.message}`,
      user: inspection.live.server.user,
    });
  }
}

/** Complete URLs, with the password wherever it came from. The older name of a variable must not say otherwise. */
export function environmentOf(
  hasApplication: boolean,
  urls: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const applicationUrl = hasApplication ? urls.at(-1) : undefined;
  return {
    DBOS_SYSTEM_DATABASE_URL: urls[0],
    DBOS_DATABASE_URL: applicationUrl,
    DBOS_APPLICATION_DATABASE_URL: applicationUrl,
  };
}
