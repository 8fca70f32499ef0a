import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import { catalogOf } from '../../src/model/catalog.ts';
import { idFor, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, FunctionObject, ObjectId } from '../../src/model/objects.ts';
import type { History } from '../../src/planner/history.ts';
import { foreignIn, namesakesIn, refuseForeign, withoutNamesakes } from '../../src/planner/identity.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { alterations, applyEdits, editsOf } from '../support/arbitrary-catalog.ts';
import { aColumn, aFunction, anIndex } from '../support/sample-objects.ts';
import * as fc from 'fast-check';
import { tries } from '../support/properties.ts';

const history = JSON.parse(
  readFileSync(new URL('../../schema/history/postgres.json', import.meta.url), 'utf8'),
) as History;
const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'd', role: null });
const { retired } = systemDefinitions;
const sendMessage = [...declared.values()].find(
  (o) => o.kind === 'function' && o.name === 'send_message',
) as FunctionObject;

const evidenceOf = (live: ReturnType<typeof catalogOf>, adopted: readonly string[] = []) => ({
  live,
  declared,
  retired,
  history,
  schema: 'dbos',
  adopted: new Set(adopted),
});

/** A table with columns of these names. */
const table = (name: string, ...columns: readonly string[]): readonly CatalogObject[] => [
  { kind: 'table', schema: 'dbos', name, persistence: 'permanent', options: [] },
  ...columns.map((column): CatalogObject => ({ ...aColumn, schema: 'dbos', table: name, name: column })),
];
const view = (name: string, definition: string): CatalogObject => ({
  kind: 'view',
  schema: 'dbos',
  name,
  materialized: false,
  definition,
});

const foreign = (objects: readonly CatalogObject[], adopted: readonly string[] = []): readonly string[] => {
  const live = catalogOf(objects);
  return namesakesIn(live, foreignIn(evidenceOf(live, adopted)));
};

/** As declared, less what is replaced. */
const beside = (...objects: readonly CatalogObject[]): readonly CatalogObject[] => {
  const ids = new Set(objects.map(idFor));
  const others = [...declared.values()].filter((object) => {
    const above = traitsOf(object).parent(object);
    return !ids.has(idFor(object)) && (above === null || !ids.has(above));
  });
  return [...others, ...objects];
};

describe('a name of ours is a claim', () => {
  test.each<[string, readonly CatalogObject[], string]>([
    ['queues of an application', table('queues', 'id', 'name'), 'table:dbos.queues'],
    ['migrations of another tool', table('migrations', 'id', 'name'), 'table:dbos.migrations'],
    ['notifications of an application', table('notifications', 'id', 'body'), 'table:dbos.notifications'],
    ['streams with two of our columns', table('streams', 'id', 'key', 'value'), 'table:dbos.streams'],
    ['a job_queue', table('job_queue', 'id', 'payload', 'run_at'), 'table:dbos.job_queue'],
    ['a view of a retired name', [view('job_queue', ' SELECT 1 AS one;')], 'view:dbos.job_queue'],
    [
      'a function of other arguments',
      [{ ...aFunction, schema: 'dbos', name: 'send_message', signature: 'integer, text' }],
      'function:dbos.send_message(integer, text)',
    ],
    [
      'a function without arguments',
      [{ ...aFunction, schema: 'dbos', name: 'streams_function', signature: '' }],
      'function:dbos.streams_function()',
    ],
    [
      "a trigger's function of an earlier name",
      [{ ...aFunction, schema: 'dbos', name: 'workflow_events_function', signature: '', returns: 'trigger' }],
      'function:dbos.workflow_events_function()',
    ],
    ['a small table of an earlier name', table('scheduler_state', 'id'), 'table:dbos.scheduler_state'],
  ])('that %s does not prove, alone or beside our tables', (_, objects, id) => {
    expect(foreign(objects)).toEqual([id]);
    expect(foreign(beside(...objects))).toEqual([id]);
  });

  test.each<[string, readonly CatalogObject[], string]>([
    [
      'the arguments of ours',
      [{ ...aFunction, schema: 'dbos', name: 'send_message', signature: sendMessage.signature }],
      idFor(sendMessage),
    ],
    ['a column of ours among others', table('dbos_migrations', 'version', 'name'), 'table:dbos.dbos_migrations'],
  ])('that %s prove only beside our tables', (_, objects, id) => {
    expect(foreign(objects)).toEqual([id]);
    expect(foreign(beside(...objects))).toEqual([]);
  });

  test('that nothing needs to prove for other names', () => {
    expect(foreign([...table('mine', 'id'), view('a view', ''), { ...aFunction, schema: 'dbos', name: 'f' }])).toEqual(
      [],
    );
  });

  test('that the operator may vouch for', () => {
    expect(foreign(table('queues', 'id', 'name'), ['table:dbos.queues'])).toEqual([]);
  });

  test('an index under a name of an earlier release is ours only with its definition', () => {
    const index: CatalogObject = {
      ...anIndex,
      schema: 'dbos',
      table: 'notifications',
      name: 'idx_notifications',
      columns: ['message'],
    };
    const found = foreignIn(evidenceOf(catalogOf([...declared.values(), index])));
    expect([...found]).toEqual([idFor(index)]);
  });

  test('what stands in a foreign table is seen by no plan', () => {
    const live = catalogOf(beside(...table('queues', 'id', 'name')));
    const left = withoutNamesakes(live, foreignIn(evidenceOf(live)));
    expect([...live.keys()].filter((id) => !left.has(id))).toEqual([
      'column:dbos.queues.id',
      'column:dbos.queues.name',
      'table:dbos.queues',
    ]);
  });
});

describe('what is damaged is still ours', () => {
  test('whatever is altered in one object', () => {
    for (const { to } of alterations(declared)) {
      // No other field of a column says whose its table is than its name.
      if (to.kind === 'column') continue;
      const live = catalogOf([...declared.values()].map((object) => (idFor(object) === idFor(to) ? to : object)));
      expect(namesakesIn(live, foreignIn(evidenceOf(live)))).toEqual([]);
    }
  });

  test('whatever one or two columns are gone from a table', () => {
    const columns = [...declared.values()].filter((object) => object.kind === 'column');
    const isSmall = (name: string): boolean => columns.filter((column) => column.table === name).length <= 6;
    for (const [i, a] of columns.entries()) {
      const others = columns.slice(i).filter((other) => other.table === a.table);
      for (const b of isSmall(a.table) ? others : others.slice(0, 1)) {
        const gone = new Set<ObjectId>([idFor(a), idFor(b)]);
        const live = catalogOf([...declared].flatMap(([id, object]) => (gone.has(id) ? [] : [object])));
        expect([idFor(a), idFor(b), ...namesakesIn(live, foreignIn(evidenceOf(live)))]).toEqual([idFor(a), idFor(b)]);
      }
    }
  });

  test('whatever an operator did to it in a dozen steps, as long as most columns are there', () => {
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const live = applyEdits(
          declared,
          edits.filter(({ edit }) => edit !== 'add'),
        );
        expect(namesakesIn(live, foreignIn(evidenceOf(live)))).toEqual([]);
      }),
      { numRuns: tries(100) },
    );
  });
});

describe('a plan that needs a name', () => {
  const refusal = (objects: readonly CatalogObject[]): { message: string; hint: string } | null => {
    const live = catalogOf(objects);
    try {
      refuseForeign(live, declared, foreignIn(evidenceOf(live)));
      return null;
    } catch (error) {
      return error as { message: string; hint: string };
    }
  };

  test('is refused, with all that have one, and what to do', () => {
    const error = refusal([
      ...table('queues', 'id', 'name'),
      ...table('migrations', 'a', 'b', 'c', 'd', 'e', 'f', 'g'),
    ]);
    expect(error?.message.split('\n')).toEqual([
      'these objects have names that DBOS needs, and are not of DBOS:',
      '  table dbos.migrations (a, b, c, d, e, f, …)',
      '  table dbos.queues (id, name)',
    ]);
    expect(error?.hint).toContain('--schema NAME');
    expect(error?.hint).toContain(`--adopt 'table:dbos.queues'`);
  });

  test('goes on beside what only has a retired name', () => {
    expect(refusal([view('job_queue', ' SELECT 1 AS one;'), ...table('scheduler_state', 'id')])).toBeNull();
  });
});

test('an index with a retired name that is a declared one but for it is ours, and an unlike one is not', () => {
  const application = postgres.declare(applicationDefinitions, { schema: 'dbos', database: 'd', role: null });
  const [name, within] = ['workflow_status_created_at_index', 'transaction_outputs'];
  const found = [...application.values()].filter((object) => object.kind === 'index' && object.table === within);
  const foreignAmong = (change: object): readonly string[] => {
    const misnamed = found.map((object) => ({ ...object, name, ...change }) as CatalogObject);
    const live = catalogOf([...application.values(), ...misnamed]);
    const evidence = { ...evidenceOf(live), declared: application, retired: applicationDefinitions.retired };
    return [...foreignIn(evidence)];
  };
  expect(found).toHaveLength(1);
  expect(foreignAmong({})).toEqual([]);
  expect(foreignAmong({ unique: true })).toEqual([`index:dbos.${within}.${name}`]);
});
