import { expect } from '@jest/globals';
import type { PostgresServer } from '../../support/postgres.ts';
import { nameOf } from './postgres-engine.ts';
import { migrate, type Wish } from './migrate.ts';

const role = 'runtime';
const password = 'of_the_runtime';

/** Makes the role that applications log in as: it may nothing but what every role may. */
export async function makeRole(server: PostgresServer): Promise<void> {
  await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
}

/**
 * Migrates with `--app-role` and gives the URLs that the role logs in with. Asserts that the role may create nothing
 * anywhere in those databases and owns nothing in them. PostgreSQL 14 lets everybody create in `public`; here it may not.
 */
export async function migrateForRole(server: PostgresServer, wish: Wish): Promise<Wish> {
  const urls = [wish.systemUrl, ...(wish.applicationUrl === undefined ? [] : [wish.applicationUrl])];
  for (const url of urls) await server.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC', nameOf(url));
  await migrate({ ...wish, role });
  for (const url of urls) expect(await server.query(rights, nameOf(url))).toEqual([{ creates: false, owns: 0 }]);
  const [systemUrl = '', applicationUrl] = urls.map((url) => server.url(nameOf(url), { user: role, password }));
  return { systemUrl, ...(applicationUrl === undefined ? {} : { applicationUrl }) };
}

const rights = `
  SELECT has_database_privilege('${role}', current_database(), 'CREATE')
      OR (SELECT bool_or(has_schema_privilege('${role}', oid, 'CREATE')) FROM pg_namespace) AS creates,
    (SELECT count(*)::int FROM pg_class WHERE relowner = '${role}'::regrole) AS owns`;

/** Every statement of the role, as far as the server logs them, since the last mark that defines, grants or truncates something. */
export async function definitionsByRole(server: PostgresServer): Promise<readonly string[]> {
  const sent = (await server.log()).split(/\n(?!\t)/).flatMap((entry) => {
    const found = new RegExp(`\\] ${role}@\\S+ LOG: {2}(?:statement|execute [^:]*): (.*)$`, 's').exec(entry);
    return found?.[1] === undefined ? [] : [found[1]];
  });
  // A log without anything of the role would prove nothing.
  expect(sent.length).toBeGreaterThan(0);
  return sent.filter((statement) => definition.test(statement));
}

const definition = /(?:^|;)\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|COMMENT|REINDEX|DO)\b/i;
