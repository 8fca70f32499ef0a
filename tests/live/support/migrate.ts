import { check as checkDatabases, migrate as migrateDatabases, type Request } from '../../../src/index.ts';
import { diffText } from '../../../src/report/diff.ts';
import { checkText } from '../../../src/report/drift.ts';

/** What a run is asked for on the command line. */
export interface Wish {
  readonly systemDatabaseUrl: string;
  readonly applicationDatabaseUrl?: string;
  readonly role?: string;
}

/** What `dbos migrate --check` finds: its text where all is well, the full diff where not. */
export interface Found {
  readonly text: string;
  readonly drifted: boolean;
}

const requestOf = ({ systemDatabaseUrl, applicationDatabaseUrl, role }: Wish): Request => ({
  system: systemDatabaseUrl,
  application: applicationDatabaseUrl,
  role,
});

/** Does what `dbos migrate` does, in this process. @returns what a check said before it */
export async function migrate(wish: Wish): Promise<Found> {
  const found = await check(wish);
  await migrateDatabases(requestOf(wish));
  return found;
}

export async function check(wish: Wish): Promise<Found> {
  const { equal, databases } = await checkDatabases(requestOf(wish));
  const run = { databases, commands: [] };
  return { text: equal ? await checkText(run, (_, text) => text) : await diffText(run), drifted: !equal };
}
