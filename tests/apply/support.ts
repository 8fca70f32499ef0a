import { dirname, join } from 'node:path';
import { migrations } from '../../schema/migrations.ts';
import type { ApplyOptions } from '../../src/apply/apply.ts';
import type { Database } from '../../src/apply/database.ts';
import type { Goal } from '../../src/apply/inspect.ts';
import { type Definitions, table } from '../../src/model/definition.ts';
import { dropRetired } from '../../src/planner/ownership.ts';
import { connectPostgres } from '../../src/postgres/connection/connect.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { openSqlite, sqlite } from '../../src/sqlite/dialect.ts';
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

export function postgresDatabase(url: string): Database {
  const target = targetOf(url);
  const open: Database['open'] = async () => {
    const { connection, missing } = await connectPostgres(target);
    if (connection === null) throw missing;
    return { connection, exists: true, writable: true };
  };
  return {
    dialect: postgres,
    scope: { database: target.database, schema: 'dbos', definitions, role: null },
    where: 'the database',
    open,
  };
}

export const sqliteDatabase = (directory: string): Database & { readonly path: string } => {
  const path = join(directory, 'things.sqlite');
  return {
    dialect: sqlite,
    scope: { database: path, schema: 'main', definitions, role: null },
    where: dirname(path),
    open: (options) => openSqlite(path, options),
    path,
  };
};

/** The goal of `migrate`. `before` runs each time the database has been looked at. */
export function goalOf({ dialect, scope }: Database, before: () => void = () => {}): Goal {
  const target = dialect.declare(scope.definitions, scope);
  const mayDrop = dropRetired(scope.definitions.retired, false);
  return () => {
    before();
    return { target, mayDrop, first: [] };
  };
}

export const optionsOf = (onWait: (what: string) => void = () => {}): ApplyOptions => ({
  toolVersion: '0.0.0',
  runtimeVersion: 1,
  record: true,
  onWait,
});
