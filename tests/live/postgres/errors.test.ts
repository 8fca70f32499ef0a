import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { migratingCases } from '../../support/errors/migrating.ts';
import { runCase } from '../../support/errors/run.ts';
import { connectionCases, hba, nameOf, roles, type ServerPlace } from '../../support/errors/server.ts';
import { expectAsTold, toldFailures } from '../../support/errors/table.ts';
import { startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { serverTls } from '../../support/tls.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

const directory = temporaryDirectories();
const rows = toldFailures();
let place: ServerPlace;

beforeAll(async () => {
  const [server, plain] = await Promise.all([
    startPostgres({ password: 'Geheim', hba, tls: serverTls }),
    startPostgres({ password: 'Geheim' }),
  ]);
  await server.query(roles);
  const migrated = await server.createDatabase('migrated');
  await succeed(['migrate', '-s', migrated]);
  const changed = async (sql: string): Promise<string> => {
    const url = await server.createDatabase('changed', migrated);
    await server.query(sql, nameOf(url));
    return url;
  };
  place = { directory, server, plain, migrated, changed };
});
afterAll(async () => {
  await expectNothingToDo(['-s', place.migrated]);
  await Promise.all([place.server.stop(), place.plain.stop()]);
});

describe.each([
  ['Connecting', connectionCases],
  ['Migrating', migratingCases],
])('docs/troubleshooting.md, %s', (section, cases) => {
  test.each(Object.entries(cases))('%s', async (message, make) => {
    const told = rows.find((row) => row.section === section && row.message === message);
    if (told === undefined) throw new Error(`the page has no row for it: ${message}`);
    expectAsTold(told, await runCase(await make(place)));
  });
});
