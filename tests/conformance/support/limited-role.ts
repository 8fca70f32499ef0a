import { expect } from '@jest/globals';
import type { PostgresServer } from '../../support/postgres.ts';
import { nameOf } from './postgres-engine.ts';
import { migrate } from './migrate.ts';

const role = 'runtime';
const password = 'of the runtime';

/** Makes the role that applications log in as: it may nothing but what every role may. */
export async function makeRole(server: PostgresServer): Promise<void> {
  await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
}

/**
 * Migrates with `--app-role` and gives the URL that the role logs in with. Asserts that the role may create nothing
 * anywhere in that database and owns nothing in it. PostgreSQL 14 lets everybody create in `public`; here it may not.
 */
export async function migrateForRole(server: PostgresServer, url: string): Promise<string> {
  const database = nameOf(url);
  await server.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC', database);
  await migrate({ systemUrl: url, role });
  const may = await server.query(
    `SELECT has_database_privilege('${role}', current_database(), 'CREATE')
         OR (SELECT bool_or(has_schema_privilege('${role}', oid, 'CREATE')) FROM pg_namespace) AS creates,
       (SELECT count(*)::int FROM pg_class WHERE relowner = '${role}'::regrole) AS owns`,
    database,
  );
  expect(may).toEqual([{ creates: false, owns: 0 }]);
  return server.url(database, { user: role, password });
}

/** Every statement of the role since the last mark that defines, grants or truncates something. */
export async function definitionsByRole(server: PostgresServer): Promise<readonly string[]> {
  const sent = (await server.log()).split(/\n(?!\t)/).flatMap((entry) => {
    const found = new RegExp(`\\] ${role}@\\S+ LOG: {2}(?:statement|execute [^:]*): (.*)$`, 's').exec(entry);
    return found?.[1] === undefined ? [] : [found[1]];
  });
  // A log without anything of the role would prove nothing.
  expect(sent.length).toBeGreaterThan(10);
  return sent.filter((statement) => definition.test(statement));
}

const definition = /(?:^|;)\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|COMMENT|REINDEX|DO)\b/i;
