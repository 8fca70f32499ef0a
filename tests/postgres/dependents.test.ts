import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DependentObject } from '../../src/model/objects.ts';
import { statementsOf } from '../../src/model/plan.ts';
import { catalogOf } from '../../src/model/catalog.ts';
import { connect } from '../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { declaredIn, look, owned, planOf, run, scopeOf } from './support.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const theirs = `
  CREATE VIEW public.report AS SELECT status, count(*) FROM dbos.workflow_status GROUP BY status;
  CREATE MATERIALIZED VIEW public.summary AS SELECT sum(count) AS n FROM public.report;
  CREATE INDEX by_n ON public.summary (n);
  CREATE TABLE public.notes (id int PRIMARY KEY, workflow_uuid text CONSTRAINT of_workflow REFERENCES dbos.workflow_status);
  CREATE TABLE public.calls (id int DEFAULT 0);
  CREATE FUNCTION dbos.my_number() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE TRIGGER told AFTER INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION dbos.notifications_function();
  CREATE DOMAIN public.message AS text CONSTRAINT sent CHECK (dbos.send_message('x', NULL) IS NULL OR value <> '');
`;

test('others\u2019 objects that stand on ours are found only when they are asked for', async () => {
  const url = await server.createDatabase('dependents');
  const scope = scopeOf(new URL(url).pathname.slice(1));
  const connection = await connect(url);
  await run(connection, await planOf(connection, scope));
  await connection.query(theirs);
  const without = await look(connection, scope);
  expect([...without.catalog.values()].filter(({ kind }) => kind === 'dependent')).toEqual([]);
  expect(without.server.strangers).toEqual([]);

  const { catalog, server: facts } = await look(connection, scope, { surroundings: true });
  const found = [...catalog.values()].filter((o): o is DependentObject => o.kind === 'dependent');
  expect(
    Object.fromEntries(found.map(({ name, depth, relations, removal }) => [name, { depth, relations, removal }])),
  ).toEqual({
    'constraint of_workflow on table public.notes': {
      depth: 1,
      relations: ['dbos.workflow_status', 'public.notes'],
      removal: 'ALTER TABLE public.notes DROP CONSTRAINT of_workflow',
    },
    'constraint sent': { depth: 1, relations: [], removal: 'ALTER DOMAIN public.message DROP CONSTRAINT sent' },
    'index public.by_n': { depth: 3, relations: ['public.summary'], removal: 'DROP INDEX public.by_n' },
    'materialized view public.summary': {
      depth: 2,
      relations: ['public.summary'],
      removal: 'DROP MATERIALIZED VIEW public.summary',
    },
    'trigger told on table public.notes': {
      depth: 1,
      relations: ['public.notes'],
      removal: 'DROP TRIGGER told ON public.notes',
    },
    'view public.report': { depth: 1, relations: ['public.report'], removal: 'DROP VIEW public.report' },
  });
  expect(facts.strangers).toEqual(['function dbos.my_number()']);
});

test('they go before ours, the deepest first, and their definitions make them again', async () => {
  const url = await server.createDatabase('dependents');
  const scope = scopeOf(new URL(url).pathname.slice(1));
  const connection = await connect(url);
  await run(connection, await planOf(connection, scope));
  await connection.query(theirs);
  const { catalog } = await look(connection, scope, { surroundings: true });
  const rest = catalogOf([...catalog.values()].filter(({ kind }) => kind === 'database' || kind === 'schema'));
  const reset = await planOf(connection, scope, rest, owned(declaredIn(scope), 'everything of ours'), {
    surroundings: true,
  });
  const removals = statementsOf(reset).filter(({ objects }) => objects[0]?.startsWith('dependent:') === true);
  expect(statementsOf(reset).slice(0, removals.length)).toEqual(removals);
  expect(removals.map(({ sql }) => sql).slice(0, 2)).toEqual([
    'DROP INDEX public.by_n',
    'DROP MATERIALIZED VIEW public.summary',
  ]);
  for (const { hazards } of removals) expect(hazards).toMatchObject([{ name: 'data-loss' }]);
  await run(connection, reset);
  expect((await look(connection, scope)).catalog.size).toBe(2);

  await run(connection, await planOf(connection, scope));
  const definitions = reset.changes.flatMap((change) =>
    change.type === 'drop' && change.from.kind === 'dependent' ? [change.from.definition ?? ''] : [],
  );
  await connection.query(definitions.toReversed().join('\n'));
  const again = await look(connection, scope, { surroundings: true });
  const dependentsIn = (all: typeof catalog) => [...all.values()].filter(({ kind }) => kind === 'dependent');
  expect(dependentsIn(again.catalog)).toEqual(dependentsIn(catalog));
});
