import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type History, hashAt, newestOf, rangesOf, recordedId, tracesOf } from '../../src/planner/history.ts';
import { closest, type Found, type Impression, recognise } from '../../src/planner/recognise.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { withoutListenNotify } from '../../src/model/definition.ts';
import type { CatalogObject, IndexObject } from '../../src/model/objects.ts';
import { declare as declarePostgres } from '../../src/postgres/declare.ts';
import { declare as declareSqlite } from '../../src/sqlite/declare.ts';
import { runtimeVersion, systemDefinitions } from '../../schema/index.ts';
import { aForeignKey } from '../support/sample-objects.ts';

// Read as text: Jest's ES modules know no import attributes yet.
const recorded = (dialect: string): History =>
  JSON.parse(readFileSync(new URL(`../../schema/history/${dialect}.json`, import.meta.url), 'utf8'));
const [postgres, sqlite] = [recorded('postgres'), recorded('sqlite')];

const histories: readonly (readonly [string, History])[] = [
  ['postgres', postgres],
  ['sqlite', sqlite],
];

/** A live schema that is exactly one recorded state, with what its version row says. */
function impressionOf(history: History, place: number): Impression {
  const ids = Object.keys(history.objects);
  const accepted = new Map(
    ids.flatMap((id) => {
      const hash = hashAt(history, id, place);
      return hash === undefined ? [] : [[id, [hash]] as const];
    }),
  );
  const { version } = history.states[place]!;
  return { ids, accepted, claims: version === null || version < 2 ? [] : [String(version)] };
}

const without = ({ accepted, ...rest }: Impression, id: string): Impression => ({
  ...rest,
  accepted: new Map([...accepted].filter(([key]) => key !== id)),
});

describe.each(histories)('the recorded states of %s', (_, history) => {
  const places = [...history.states.keys()];
  const impressions = places.map((place) => impressionOf(history, place));

  test('are those of many releases, the newest being the declared one', () => {
    expect(places.length).toBeGreaterThan(80);
    expect(history.states[newestOf(history)]?.version).toBe(runtimeVersion);
    expect(new Set(history.states.map((state) => JSON.stringify(state))).size).toBe(places.length);
  });

  test('name the releases that leave them, or were interrupted in them', () => {
    const name = String.raw`(?:TypeScript SDK|Python) \d+\.\d+( to \d+\.\d+)?(, \d+\.\d+( to \d+\.\d+)?)*`;
    const manner = `(, begun by [\\d., to]+|, without LISTEN and NOTIFY)?`;
    const pattern = new RegExp(`^${name}${manner}(; ${name}${manner})?$`);
    expect(history.states.filter(({ label }) => !pattern.test(label))).toEqual([]);
  });

  test('recognise themselves', () => {
    for (const place of places) {
      const { match, version, label, claims } = closest(impressions[place]!, history);
      expect({ place, match, version, claims }).toEqual({
        place,
        match: 'exact',
        version: history.states[place]!.version,
        claims: [],
      });
      // The same objects may be several states only where nothing but their numbers tells them apart.
      expect({ place, label }).toEqual({ place, label: history.states[place]!.label });
    }
  });

  test('are no others without their version row, though the number may be an equal one', () => {
    for (const place of places) {
      const found = closest({ ...impressions[place]!, claims: [] }, history);
      const at = history.states.findIndex(({ version, label }) => version === found.version && label === found.label);
      expect(found.match).toBe('exact');
      expect(impressions[at]!.accepted).toEqual(impressions[place]!.accepted);
    }
  });

  test('are found again by the nearest one when an object is gone', () => {
    let sameVersion = 0;
    let all = 0;
    for (const [place, impression] of impressions.entries()) {
      for (const id of [...impression.accepted.keys()].filter((_id, i) => (i + place) % 41 === 0)) {
        const { match, version, missing, different, surplus } = closest(without(impression, id), history);
        all += 1;
        // Without the object it may be another state, exactly; else it is off by that object or by as little.
        expect(match === 'exact' ? 0 : missing.length + different.length + surplus.length).toBe(
          match === 'exact' ? 0 : 1,
        );
        if (version === history.states[place]!.version) sameVersion += 1;
      }
    }
    expect(sameVersion / all).toBeGreaterThan(0.98);
  });

  test('are damaged by a changed object, and it is named', () => {
    for (const place of places.filter((p) => history.states[p]!.version !== null)) {
      const impression = impressions[place]!;
      const id = 'table:dbos.workflow_status';
      if (!impression.accepted.has(id) || impression.claims.length === 0) continue;
      const changed = { ...impression, accepted: new Map([...impression.accepted, [id, ['changed']] as const]) };
      expect(closest(changed, history)).toMatchObject({
        match: 'damaged',
        version: history.states[place]!.version,
        missing: [],
        different: [id],
        surplus: [],
      });
    }
  });
});

describe('a live schema', () => {
  const declared = (schema = 'dbos'): Catalog =>
    declarePostgres(systemDefinitions, { schema, database: 'app', role: null });
  const target = declared();
  const newest = `runtime schema ${runtimeVersion}`;

  const find = (live: Catalog, schema = 'dbos', wanted = declared(schema)): Found =>
    recognise({ live, settled: live, target: wanted, schema }, postgres);
  const but = (catalog: Catalog, keep: (object: CatalogObject, id: string) => boolean): Catalog =>
    new Map([...catalog].filter(([id, object]) => keep(object, id)));
  const lost = (id: string): Catalog => but(target, (_, own) => own !== id);
  const anIndex = [...target.values()].find(
    (o): o is IndexObject => o.kind === 'index' && o.name === 'idx_workflow_status_pending',
  )!;

  test(`that is as declared is ${newest}`, () => {
    expect(find(target)).toMatchObject({ match: 'exact', version: runtimeVersion, claims: [] });
  });

  test('is recognised under any name of its schema, by the ids that it has there', () => {
    for (const schema of ['public', 'My "schema".x', 'workflow_status', 'key']) {
      const live = declared(schema);
      expect(find(live, schema)).toMatchObject({ match: 'exact', version: runtimeVersion });
      const index = [...live].find(([, o]) => o.kind === 'index' && o.name === anIndex.name)![0];
      const damaged = but(live, (_, id) => id !== index);
      expect(find(damaged, schema)).toMatchObject({ match: 'damaged', missing: [index] });
    }
  });

  test('is the same without the tables of our page, whatever stands on them', () => {
    const ours = ['workflow_inputs', 'workflow_outputs', 'workflow_queue', 'scheduled_workflows', 'migrations'];
    const live = but(target, (o) => !ours.includes('table' in o ? o.table : 'name' in o ? o.name : ''));
    expect(live.size).toBeLessThan(target.size);
    expect(find(live)).toMatchObject({ match: 'exact', version: runtimeVersion });
  });

  test("is the same with objects of somebody else's, with other grants and with other rows", () => {
    const strangers: readonly CatalogObject[] = [
      { ...anIndex, name: 'my_index' },
      { kind: 'table', schema: 'dbos', name: 'mine', persistence: 'permanent', options: [] },
      { kind: 'grant', schema: 'dbos', role: 'app', on: 'tables', lacking: ['mine'] },
    ];
    expect(find(catalogOf([...target.values(), ...strangers]))).toMatchObject({ match: 'exact', claims: [] });
  });

  test('that lacks an index is damaged, and no release at all where its version row is gone too', () => {
    const id = [...target].find(([, object]) => object === anIndex)![0];
    expect(find(lost(id))).toMatchObject({ match: 'damaged', version: runtimeVersion, missing: [id], different: [] });
    const both = but(lost(id), (object) => object.kind !== 'version');
    expect(find(both)).toMatchObject({ match: 'nearest', version: runtimeVersion, missing: [id], claims: [] });
  });

  test('that says a number is not taken for one interrupted below it, even where it looks like that', () => {
    const id = 'index:dbos.application_versions.idx_application_versions_owner_timestamp';
    expect(find(lost(id))).toMatchObject({ match: 'damaged', version: 125, missing: [id], interrupted: false });
    const unsaid = but(lost(id), (object) => object.kind !== 'version');
    expect(find(unsaid)).toMatchObject({ match: 'exact', version: 124, interrupted: true, claims: [] });
  });

  test('that lacks a table lacks nothing else', () => {
    const live = but(target, (o) => !('table' in o ? o.table === 'streams' : 'name' in o && o.name === 'streams'));
    expect(find(live)).toMatchObject({ missing: ['table:dbos.streams'], different: [], surplus: [] });
  });

  test('that says another number by its version row is what it is, and the row is quoted', () => {
    const rows = (...values: readonly string[]): Catalog =>
      new Map([...target].map(([id, o]) => [id, o.kind === 'version' ? { ...o, values } : o]));
    expect(find(rows('7'))).toMatchObject({ match: 'exact', version: runtimeVersion, claims: ['7'] });
    expect(find(rows('7', '8'))).toMatchObject({ match: 'exact', claims: ['7', '8'] });
    expect(find(rows())).toMatchObject({ match: 'exact', claims: [] });
  });

  test('that still has what later releases took away says so', () => {
    const index = { ...anIndex, table: 'workflow_status', name: 'idx_workflow_status_in_flight' } as const;
    expect(find(catalogOf([...target.values(), index]))).toMatchObject({
      match: 'damaged',
      version: runtimeVersion,
      surplus: ['index:dbos.workflow_status.idx_workflow_status_in_flight'],
    });
  });

  test('for an application that polls is recognised as such', () => {
    const quiet = declarePostgres(withoutListenNotify(systemDefinitions), {
      schema: 'dbos',
      database: 'app',
      role: null,
    });
    expect(find(quiet, 'dbos', quiet)).toMatchObject({
      match: 'exact',
      version: runtimeVersion,
      label: expect.stringContaining('without LISTEN and NOTIFY'),
    });
  });

  test('that is empty, or only somebody else’s, is nothing', () => {
    expect(find(new Map())).toEqual({ match: 'nothing' });
    const foreign = { kind: 'table', schema: 'dbos', name: 'mine', persistence: 'permanent', options: [] } as const;
    expect(find(catalogOf([{ kind: 'schema', name: 'dbos' }, foreign]))).toEqual({ match: 'nothing' });
  });

  test('on SQLite that is as declared is the newest one', () => {
    const live = declareSqlite(systemDefinitions, { schema: 'main', database: 'app.sqlite', role: null });
    const found = recognise({ live, settled: live, target: live, schema: 'main' }, sqlite);
    expect(found).toMatchObject({ match: 'exact', version: runtimeVersion });
  });
});

describe('the form of a history', () => {
  test('ranges have a first and a last place', () => {
    expect(rangesOf('0-2 5 7-8')).toEqual([
      [0, 2],
      [5, 5],
      [7, 8],
    ]);
    expect(rangesOf('3')).toEqual([[3, 3]]);
  });

  test('holds no definitions, only ids, short hashes and places', () => {
    for (const [, history] of histories) {
      for (const byHash of Object.values(history.objects)) {
        for (const [hash, places] of Object.entries(byHash)) {
          expect(hash).toMatch(/^[\w-]{6}$/);
          expect(places).toMatch(/^\d+(-\d+)?( \d+(-\d+)?)*$/);
        }
      }
    }
  });

  test('white space and the name of the schema make no other definition, anything else does', () => {
    const made = (schema: string, body: string): CatalogObject => ({
      kind: 'function',
      schema,
      name: 'f',
      signature: 'text',
      arguments: 'a text',
      returns: 'text',
      language: 'plpgsql',
      volatility: 'volatile',
      security: 'invoker',
      strict: false,
      settings: [],
      execution: 'everybody',
      body,
    });
    const hash = (schema: string, body: string): string | undefined => {
      const object = made(schema, body);
      return tracesOf(catalogOf([object]), schema).get(recordedId(object))?.hash;
    };
    const plain = hash('dbos', 'SELECT 1 FROM "dbos".t');
    expect(hash('dbos', '\n  SELECT 1\n  FROM "dbos".t')).toBe(plain);
    expect(hash('dbos', 'SELECT 1 FROM dbos.t')).toBe(plain);
    expect(hash('it"s', 'SELECT 1 FROM "it""s".t')).toBe(plain);
    expect(hash('x', 'SELECT 1 FROM "dbos".t')).not.toBe(plain);
    expect(hash('x', 'SELECT 1 FROM "y".t')).not.toBe(plain);
    expect(hash('dbos', 'SELECT 2 FROM "dbos".t')).not.toBe(plain);
  });

  test('knows nothing of what stands in another schema and refers to this one', () => {
    const key = { ...aForeignKey, schema: 'dbos', table: 'streams', name: 'k', referencedSchema: 'dbos' };
    const theirs = { ...key, schema: 'public', incoming: 'holds' } as const;
    const traces = tracesOf(catalogOf([key, theirs]), 'dbos');
    expect([...traces.values()].map(({ id }) => id)).toEqual(['foreignKey:dbos.streams.k']);
  });
});
