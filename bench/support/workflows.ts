import { migrate } from '../../tests/conformance/support/migrate.ts';
import { nameOf } from '../../tests/conformance/support/postgres-engine.ts';
import type { PostgresServer } from '../../tests/support/postgres.ts';

/** Makes a database that is in sync but for the type of the column `owner_xid`, and has so many workflows. */
export async function workflows(server: PostgresServer, rows: number, tokens = 'text'): Promise<string> {
  const url = await server.createDatabase('workflows');
  const query = (sql: string): ReturnType<PostgresServer['query']> => server.query(sql, nameOf(url));
  await migrate({ systemUrl: url });
  await query(`ALTER TABLE dbos.workflow_status ALTER owner_xid TYPE ${tokens}`);
  const indexes = await query(SECONDARY);
  // Indexes are built faster than kept.
  for (const { drop } of indexes) await query(String(drop));
  await query(fill(rows));
  for (const { create } of indexes) await query(String(create));
  await query('VACUUM ANALYZE dbos.workflow_status');
  return url;
}

const SECONDARY = `
  SELECT format('DROP INDEX %s', indexrelid::regclass) AS drop, pg_get_indexdef(indexrelid) AS create
  FROM pg_index WHERE indrelid = 'dbos.workflow_status'::regclass AND NOT indisprimary`;

/** Most workflows are done; one in fifty failed, one in a thousand still runs. */
const fill = (rows: number): string => `
  INSERT INTO dbos.workflow_status (workflow_uuid, status, name, class_name, executor_id, application_version, queue_name,
    created_at, updated_at, started_at_epoch_ms, completed_at, recovery_attempts, owner_xid, serialization)
  SELECT gen_random_uuid()::text, CASE WHEN i % 50 = 0 THEN 'ERROR' WHEN i % 999 = 0 THEN 'PENDING' ELSE 'SUCCESS' END,
    'process_order_' || i % 20, 'Orders', 'executor-' || i % 8, md5('version'), CASE WHEN i % 3 = 0 THEN 'orders' END,
    1760000000000 + i * 40, 1760000000000 + i * 40 + 900, 1760000000000 + i * 40 + 20, 1760000000000 + i * 40 + 900,
    1, md5(i::text), 'json'
  FROM generate_series(1, ${rows}) i`;
