import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { idFor } from '../../src/model/kinds.ts';
import { isOnServer } from '../../src/model/plan.ts';
import { catalogText } from '../support/apply-changes.ts';
import { applyEdits, type Edit, editsOf } from '../support/arbitrary-catalog.ts';
import { connect } from '../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { disarrange } from './disarrange.ts';
import { declaredIn, planOf, run, scopeOf, settledIn } from './support.ts';
import { tries } from '../support/properties.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.stop());

describe.each(['dbos', 'My "odd" $$ schema-1'])('a database that somebody worked on, in the schema %s', (schema) => {
  test('becomes the declared one, whatever was done to it, and keeps what is not ours', async () => {
    const template = await server.createDatabase('template');
    const scope = scopeOf('app', schema);
    const declared = declaredIn(scope);
    const first = await connect(template);
    const { segments } = await planOf(first, scope, declared);
    await run(first, { segments: segments.filter((segment) => !isOnServer(segment)) });
    await first.close();

    let databases = 0;
    const converges = async (edits: readonly Edit[]): Promise<void> => {
      databases += 1;
      const name = `${new URL(template).pathname.slice(1)}_${databases}`;
      await server.query(`CREATE DATABASE ${name} TEMPLATE ${new URL(template).pathname.slice(1)}`);
      const connection = await connect(server.url(name));
      await disarrange(connection, declared, applyEdits(declared, edits));
      const before = await settledIn(connection, scope);
      const plan = await planOf(connection, scope, declared);
      const { unmanaged } = plan;
      await run(connection, plan);
      expect((await planOf(connection, scope, declared)).changes).toEqual([]);
      expect(unmanaged).toEqual(unmanaged.map((object) => before.get(idFor(object))));
      const others = new Map(unmanaged.map((object) => [idFor(object), object]));
      expect(catalogText(await settledIn(connection, scope))).toEqual(catalogText(new Map([...declared, ...others])));
      await connection.close();
    };
    await fc.assert(fc.asyncProperty(editsOf(declared), converges), { numRuns: tries(20) });
  });
});
