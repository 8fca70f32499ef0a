import { check as checkDatabases, type CheckedDatabase, migrate as migrateDatabases } from '../../../src/index.ts';
import type { Request } from '../../../src/index.ts';

export interface Wish {
  readonly systemUrl: string;
  readonly applicationUrl?: string;
  readonly role?: string;
  readonly schema?: string;
}

const requestOf = ({ systemUrl, applicationUrl, role, schema }: Wish): Request => ({
  system: systemUrl,
  application: applicationUrl,
  role,
  schema,
});

/** Does what `dbos migrate` does, in this process, without custom commands. */
export async function migrate(wish: Wish): Promise<void> {
  await migrateDatabases(requestOf(wish));
}

export interface Checked extends CheckedDatabase {
  /** With its password. */
  readonly completeUrl: string;
}

/** What `dbos migrate --check` goes by, the system database first. */
export async function check(wish: Wish): Promise<readonly Checked[]> {
  const { databases } = await checkDatabases(requestOf(wish));
  return databases.map((database, i) => ({
    ...database,
    completeUrl: i === 0 ? wish.systemUrl : (wish.applicationUrl ?? ''),
  }));
}
