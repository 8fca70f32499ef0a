import { basename } from 'node:path';
import { explained } from '../apply/database.ts';
import { runCommands } from '../commands/run.ts';
import type { Configuration } from '../config/resolve.ts';
import type { MigrationRecord } from '../model/migration-record.ts';
import { QueryError } from '../model/errors.ts';
import type { Inspected } from './inspect-all.ts';
import { toolVersion } from './version.ts';

/** Passwords that a command must not show. */
export const secretsOf = (urls: readonly string[]): readonly string[] => urls.flatMap((url) => passwordOf(url) ?? []);

const passwordOf = (url: string): string | null => {
  const [, encoded] = /^[^/]+:\/\/[^/@:]*:([^/@]*)@/.exec(url) ?? [];
  return encoded === undefined || encoded === '' ? null : decodeURIComponent(encoded);
};

/**
 * Runs `database.migrate`, and records each command in the application database, or in the system database.
 * @param urls complete URLs of the databases, in their order
 */
export async function runCustomCommands(
  configuration: Configuration,
  inspected: readonly Inspected[],
  urls: readonly string[],
  announce: (line: string) => void,
): Promise<void> {
  const { commands, file } = configuration;
  if (commands.length === 0 || file === null) return;
  const last = inspected.at(-1);
  if (last === undefined) throw new Error('a run without a database');
  await runCommands(commands, {
    file: basename(file.path),
    directory: file.directory,
    environment: environmentOf(configuration, urls),
    secrets: secretsOf(urls),
    announce,
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
  const { connection } = await database.open({ write: true });
  try {
    await database.dialect.record(connection, database.scope, record);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw explained(database, error, {
      message: `the custom command cannot be recorded in migrations: ${error.message}`,
      user: inspection.live.server.user,
    });
  } finally {
    await connection.close();
  }
}

/** Complete URLs, with the password wherever it came from. The older name of a variable must not say otherwise. */
function environmentOf(
  { application }: Configuration,
  urls: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const applicationUrl = application === null ? undefined : urls.at(-1);
  return {
    DBOS_SYSTEM_DATABASE_URL: urls[0],
    DBOS_DATABASE_URL: applicationUrl,
    DBOS_APPLICATION_DATABASE_URL: applicationUrl,
  };
}
