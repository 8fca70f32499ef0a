import type { GrantObject, GrantTarget } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { type KindRenderer, never } from '../draft.ts';

/**
 * The statements of the users' page. Default privileges bind to the role that grants them, so they hold for what
 * this role creates later. https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
 */
const statements: Readonly<Record<GrantTarget, (schema: string, role: string, database: string) => string>> = {
  database: (_, role, database) => `GRANT CONNECT ON DATABASE ${database} TO ${role}`,
  schema: (schema, role) => `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
  tables: (schema, role) => `GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
  sequences: (schema, role) => `GRANT ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`,
  functions: (schema, role) => `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`,
  'default tables': (schema, role) => `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ALL ON TABLES TO ${role}`,
  'default sequences': (schema, role) =>
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ALL ON SEQUENCES TO ${role}`,
  'default functions': (schema, role) =>
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT EXECUTE ON FUNCTIONS TO ${role}`,
};

export const grantStatement = (o: GrantObject, database: string): string =>
  statements[o.on](quoteIdentifier(o.schema), quoteIdentifier(o.role), quoteIdentifier(database));

const databaseOf = (catalog: ReadonlyMap<string, { readonly kind: string }>): string => {
  for (const object of catalog.values()) if (object.kind === 'database' && 'name' in object) return String(object.name);
  throw new Error('a catalog without its database');
};

export const grant: KindRenderer<GrantObject> = {
  create: (o, { target }) => [{ sql: grantStatement(o, databaseOf(target)) }],
  alter: ({ to }, { target }) => [{ sql: grantStatement(to, databaseOf(target)) }],
  rename: never('rename a grant'),
  drop: never('revoke a grant'),
};
