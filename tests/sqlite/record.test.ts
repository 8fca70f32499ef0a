import { expect, test } from '@jest/globals';
import type { MigrationRecord } from '../../src/model/migration-record.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { everything, files, runPlan, rows, scopeOf } from './support.ts';

const open = files();

test('a record is written, and completed under its id', async () => {
  const connection = await open();
  await runPlan(connection, everything);
  const record: MigrationRecord = {
    id: 'an id',
    kind: 'command',
    summary: "echo 'it''s'",
    declaredFingerprint: 'abc',
    liveFingerprint: null,
    runtimeVersion: 125,
    plan: ['CREATE TABLE "t" (a)', 'SELECT 1'],
    exitCode: null,
    toolVersion: '1.0.0',
    startedAt: 1_700_000_000_000,
    completedAt: null,
  };
  await sqlite.record(connection, scopeOf(everything), record);
  await sqlite.record(connection, scopeOf(everything), { ...record, exitCode: 1, completedAt: 1_700_000_000_500 });
  expect(await rows(connection, 'SELECT * FROM migrations')).toEqual([
    {
      migration_id: 'an id',
      kind: 'command',
      summary: "echo 'it''s'",
      declared_fingerprint: 'abc',
      live_fingerprint: null,
      runtime_version: 125,
      plan: '["CREATE TABLE \\"t\\" (a)","SELECT 1"]',
      exit_code: 1,
      tool_version: '1.0.0',
      applied_by: '',
      started_at: 1_700_000_000_000,
      completed_at: 1_700_000_000_500,
    },
  ]);
  await connection.close();
});
