import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CatalogObject } from '../../src/model/objects.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { connect } from '../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { planOf, run, scopeOf } from './support.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.stop());

/** What is found in the table `streams` of a fresh schema to which the statements were done. */
async function streamsAfter(...statements: readonly string[]): Promise<readonly CatalogObject[]> {
  const url = await server.createDatabase('introspect');
  const connection = await connect(url);
  const scope = scopeOf(new URL(url).pathname.slice(1));
  try {
    await run(connection, (await planOf(connection, scope)).statements);
    for (const statement of statements) await connection.query(statement);
    const { catalog } = await postgres.introspect(connection, scope);
    return [...catalog.values()].filter(
      (o) => ('table' in o && o.table === 'streams') || (o.kind === 'table' && o.name === 'streams'),
    );
  } finally {
    await connection.close();
  }
}

const optionsAfter = async (...statements: readonly string[]): Promise<readonly string[] | undefined> =>
  (await streamsAfter(...statements)).find((o) => o.kind === 'table')?.options;

describe('what sets a table apart', () => {
  test('nothing does where nobody did anything, and none of its own parents does', async () => {
    expect(await optionsAfter()).toEqual([]);
    expect(
      await optionsAfter(
        'CREATE TABLE public.parent (key text NOT NULL)',
        'ALTER TABLE dbos.streams INHERIT public.parent',
      ),
    ).toEqual([]);
  });

  test('row security, and its being forced on the owner', async () => {
    expect(
      await optionsAfter(
        'ALTER TABLE dbos.streams ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE dbos.streams FORCE ROW LEVEL SECURITY',
      ),
    ).toEqual(['FORCE ROW LEVEL SECURITY', 'ROW LEVEL SECURITY']);
  });

  test('being a partition', async () => {
    expect(
      await optionsAfter(
        'CREATE TABLE public."a b" (LIKE dbos.streams) PARTITION BY LIST (key)',
        `ALTER TABLE public."a b" ATTACH PARTITION dbos.streams FOR VALUES IN ('k')`,
      ),
    ).toEqual(['PARTITION OF public."a b"']);
  });

  test('having partitions', async () => {
    expect(
      await optionsAfter(
        'DROP TABLE dbos.streams',
        'CREATE TABLE dbos.streams (key text) PARTITION BY LIST (key)',
        `CREATE TABLE dbos.streams_k PARTITION OF dbos.streams FOR VALUES IN ('k')`,
      ),
    ).toEqual(['PARTITIONED']);
  });

  test('not having heirs', async () => {
    expect(
      await optionsAfter('CREATE TABLE b () INHERITS (dbos.streams)', 'CREATE TABLE dbos.a () INHERITS (dbos.streams)'),
    ).toEqual([]);
  });
});

const foreignKey = 'streams_workflow_uuid_fkey';

test('constraints that are enforced do not say so', async () => {
  const found = await streamsAfter(`ALTER TABLE dbos.streams ADD CONSTRAINT mine CHECK (key <> '') NOT VALID`);
  expect(found.filter((o) => 'notEnforced' in o)).toEqual([]);
  expect(found.find((o) => o.kind === 'check')).toMatchObject({ name: 'mine', validated: false });
});

test('constraints that are not enforced; servers before PostgreSQL 18 know none', async () => {
  const found = streamsAfter(
    `ALTER TABLE dbos.streams ADD CONSTRAINT mine CHECK (key <> '') NOT ENFORCED`,
    `ALTER TABLE dbos.streams ALTER CONSTRAINT ${foreignKey} NOT ENFORCED`,
  );
  if (server.major < 18) return expect(found).rejects.toThrow('syntax error at or near "ENFORCED"');
  return expect(found.then((all) => all.filter((o) => 'notEnforced' in o))).resolves.toMatchObject([
    { kind: 'check', name: 'mine', validated: false, notEnforced: true },
    { kind: 'foreignKey', name: foreignKey, validated: false, notEnforced: true },
  ]);
});

test('an exclusion constraint counts as a check', async () => {
  const found = await streamsAfter('ALTER TABLE dbos.streams ADD CONSTRAINT mine EXCLUDE USING btree (value WITH =)');
  expect(found.filter((o) => o.kind === 'check' || o.kind === 'index')).toEqual([
    {
      kind: 'check',
      schema: 'dbos',
      table: 'streams',
      name: 'mine',
      expression: 'EXCLUDE USING btree (value WITH =)',
      validated: true,
    },
  ]);
});
