import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Target } from '../../src/model/target.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { kinds } from '../../src/sqlite/kinds.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { contractOf, type Place, scopeOf } from './contract.ts';

const directory = temporaryDirectories();

const absent = async (): Promise<Place> => {
  const path = join(directory(), `${randomUUID()}.sqlite`);
  const target: Target = { dialect: 'sqlite', text: `sqlite:///${path}`, path };
  return { target, scope: scopeOf({ database: path, schema: 'main', role: null }) };
};

contractOf('SQLite', async () => ({
  dialect: sqlite,
  kinds,
  absent,
  empty: async () => {
    const place = await absent();
    const { connection } = await sqlite.open(place.target, { write: true, environment: null });
    await connection.close();
    return place;
  },
  lock: () => ['BEGIN IMMEDIATE'],
  qualified: (table) => `main."${table}"`,
  stop: async () => {},
}));
