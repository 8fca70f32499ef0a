import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { check, migrate } from '../../../src/index.ts';
import { completeDatabase } from '../../support/complete-database.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** The index as ours but for how its condition is spelt. */
const indexOn = (condition: string): string => `DROP INDEX dbos.idx_workflow_status_pending;
  CREATE INDEX idx_workflow_status_pending ON dbos.workflow_status (created_at) WHERE ${condition}`;

test.each([
  [`a domain named as the type`, `status = 'PENDING'::public.text`],
  [`a cast to another text type and back`, `status::varchar::text = 'PENDING'`],
  [`a comparison that ignores blanks`, `status::bpchar = 'PENDING'`],
])('an index whose condition is ours but for %s is another one, and is made anew', async (_, condition) => {
  const url = await completeDatabase(server);
  const name = new URL(url).pathname.slice(1);
  await server.query(`CREATE DOMAIN public.text AS pg_catalog.text; ${indexOn(condition)}`, name);
  expect((await check({ system: url })).equal).toBe(false);
  await migrate({ system: url });
  const [row] = await server.query(`SELECT pg_get_indexdef('dbos.idx_workflow_status_pending'::regclass) AS sql`, name);
  expect(row?.['sql']).toContain(`WHERE (status = 'PENDING'::text)`);
  expect((await check({ system: url })).equal).toBe(true);
});

test('a unique index over a domain named as the type is none to ON CONFLICT, and is made anew', async () => {
  const url = await completeDatabase(server);
  const name = new URL(url).pathname.slice(1);
  await server.query(
    `CREATE DOMAIN public.text AS pg_catalog.text; DROP INDEX dbos.uq_workflow_status_dedup_id;
     CREATE UNIQUE INDEX uq_workflow_status_dedup_id ON dbos.workflow_status (queue_name, deduplication_id)
       WHERE deduplication_id::public.text IS NOT NULL`,
    name,
  );
  const enqueue = `INSERT INTO dbos.workflow_status (workflow_uuid, queue_name, deduplication_id) VALUES ('1', 'q', 'd')
    ON CONFLICT (queue_name, deduplication_id) WHERE deduplication_id IS NOT NULL DO NOTHING`;
  await expect(server.query(enqueue, name)).rejects.toThrow('no unique or exclusion constraint');
  await migrate({ system: url });
  await server.query(enqueue, name);
  expect((await check({ system: url })).equal).toBe(true);
});
