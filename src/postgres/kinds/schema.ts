import type { DatabaseObject, SchemaObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { type KindRenderer, never } from '../draft.ts';

/** https://www.postgresql.org/docs/current/sql-createdatabase.html: not inside a transaction block. */
export const database: KindRenderer<DatabaseObject> = {
  create: (o) => [{ sql: `CREATE DATABASE ${quoteIdentifier(o.name)}`, transactional: false, on: 'server' }],
  alter: never('alter a database'),
  rename: never('rename a database'),
  drop: never('drop a database'),
};

export const schema: KindRenderer<SchemaObject> = {
  create: (o) => [{ sql: `CREATE SCHEMA ${quoteIdentifier(o.name)}` }],
  alter: never('alter a schema'),
  rename: never('rename a schema'),
  drop: (o) => [{ sql: `DROP SCHEMA ${quoteIdentifier(o.name)}` }],
};
