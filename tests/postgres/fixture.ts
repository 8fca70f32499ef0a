import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import type { Scope } from '../../src/model/look.ts';
import { completeDatabase } from '../support/complete-database.ts';
import { connect } from '../support/connecting.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { scopeOf } from './support.ts';

/**
 * Each case is a live state and the plan that it must give. A state that starts with the line `-- fresh` is what was
 * done to a fresh schema.
 */
export const directory = new URL('../../fixtures/postgres/', import.meta.url);

/** The SQL that makes the state of a case. */
export const stateOf = (name: string): string => readFileSync(new URL(`${name}/live.sql`, directory), 'utf8');

/** How many rows each table has, but the one whose content is declared. */
export async function counts(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const rows = await connection.query(`
    SELECT format('%I.%I', schemaname, tablename) AS name, (xpath('/table/row/n/text()',
      query_to_xml(format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename), false, false, '')))[1]::text AS n
    FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'dbos_migrations'`);
  return new Map(rows.map(({ name, n }) => [String(name), Number(n)]));
}

/** A database in the state that the text describes. */
export async function arrange(
  server: PostgresServer,
  sql: string,
): Promise<{ readonly connection: Connection; readonly scope: Scope }> {
  const isFresh = sql.startsWith('-- fresh\n');
  const url = await (isFresh ? completeDatabase(server, 'fixture') : server.createDatabase('fixture'));
  const scope = scopeOf(new URL(url).pathname.slice(1));
  const connection = await connect(url);
  await connection.query(sql);
  return { connection, scope };
}

export async function expectNoRowLost(connection: Connection, before: ReadonlyMap<string, number>): Promise<void> {
  const remaining = await counts(connection);
  for (const [table, count] of before) expect([table, remaining.get(table) ?? 0]).toEqual([table, count]);
}
