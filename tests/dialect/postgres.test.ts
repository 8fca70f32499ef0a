import { postgres } from '../../src/postgres/dialect.ts';
import { kinds } from '../../src/postgres/kinds.ts';
import { targetOf } from '../support/connecting.ts';
import { startPostgres } from '../support/postgres.ts';
import { contractOf, type Place, scopeOf } from './contract.ts';

contractOf('PostgreSQL', async () => {
  const server = await startPostgres();
  const placeAt = (url: string): Place => {
    const target = targetOf(url);
    return { target, scope: scopeOf({ database: target.database, schema: 'dbos', role: null }) };
  };
  let made = 0;
  return {
    dialect: postgres,
    kinds,
    absent: async () => placeAt(server.url(`absent_${(made += 1)}`)),
    empty: async () => placeAt(await server.createDatabase('contract')),
    lock: (tables) => ['BEGIN', `LOCK TABLE ${tables.join(', ')} IN SHARE ROW EXCLUSIVE MODE`],
    qualified: (table) => `dbos."${table}"`,
    stop: () => server.stop(),
  };
});
