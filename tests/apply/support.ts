import { join } from 'node:path';
import { migrations } from '../../schema/migrations.ts';
import type { ApplyOptions } from '../../src/apply/apply.ts';
import type { Database } from '../../src/apply/database.ts';
import { type Definitions, table } from '../../src/model/definition.ts';
import type { Dialect } from '../../src/model/dialect.ts';
import type { Goal } from '../../src/model/goal.ts';
import type { Target } from '../../src/model/target.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { targetOf } from '../support/connecting.ts';

/** One table beside that of the records: as small as a schema can be. */
export const definitions: Definitions = {
  tables: [
    migrations,
    table({
      name: 'things',
      about: 'Things',
      columns: { id: { type: 'text', notNull: true }, value: { type: 'text', notNull: true }, note: { type: 'text' } },
      primaryKey: ['id'],
      indexes: [{ name: 'idx_things_value', columns: ['value'] }],
    }),
  ],
  functions: [],
  triggers: [],
  retired: [],
};

/** `before` runs each time the database has been looked at. */
const watched = (dialect: Dialect, before: () => void): Dialect => ({
  ...dialect,
  introspect: async (connection, look) => {
    const found = await dialect.introspect(connection, look);
    before();
    return found;
  },
});

/** What a test wants to hear of, or to do, while a run goes on. */
export interface Run {
  /** Runs each time the database has been looked at. */
  readonly before?: () => void;
  readonly onWait?: (what: string) => void;
  readonly signal?: AbortSignal;
}

export const databaseOf = (
  target: Target,
  where: string,
  { before = () => {}, onWait = () => {}, signal }: Run = {},
): Database => ({
  dialect: watched(target.dialect === 'postgres' ? postgres : sqlite, before),
  target,
  scope:
    target.dialect === 'postgres'
      ? { database: target.database, schema: 'dbos', definitions, role: null }
      : { database: target.path, schema: 'main', definitions, role: null },
  where,
  environment: null,
  history: async () => ({ states: [], objects: {} }),
  signal,
  onWait,
});

export const postgresDatabase = (url: string, run: Run = {}): Database =>
  databaseOf(targetOf(url), 'the database', run);

export const sqliteDatabase = (directory: string, run: Run = {}): Database & { readonly path: string } => {
  const path = join(directory, 'things.sqlite');
  return { ...databaseOf({ dialect: 'sqlite', text: `sqlite:///${path}`, path }, directory, run), path };
};

export const toDeclared: Goal = { aim: 'declared', allow: new Set(), adopt: new Set() };

export const options: ApplyOptions = { record: { toolVersion: '0.0.0', runtimeVersion: 1 } };
