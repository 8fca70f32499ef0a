import { expect } from '@jest/globals';
import { runCli } from '../../cli/run.ts';
import type { PostgresServer } from '../../support/postgres.ts';

/** A database that `dbos migrate` has made, with what SQL puts into it. @returns its URL */
export async function migratedDatabase(server: PostgresServer, sql: string): Promise<string> {
  const url = await server.createDatabase('migrated');
  expect(await runCli(['migrate', '--sys-db-url', url])).toMatchObject({ exitCode: 0, stderr: '' });
  await server.query(sql, new URL(url).pathname.slice(1));
  return url;
}
