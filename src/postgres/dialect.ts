import type { Connection, Dependent, Dialect, LiveState, Scope, ServerFacts } from '../model/dialect.ts';
import { cockroach } from './cockroach/flavour.ts';
import { cockroachInstead } from './cockroach/live.ts';
import { declare } from './declare.ts';
import { dependents } from './dependents.ts';
import { explain, isTransient } from './explain.ts';
import { type Flavour, postgresql } from './flavour.ts';
import { absent, introspect } from './introspect.ts';
import { record, tryLock } from './record.ts';
import { render } from './render.ts';
import { settle } from './settle.ts';

const flavourOf = ({ product }: { readonly product?: ServerFacts['product'] }): Flavour =>
  product === 'CockroachDB' ? cockroach : postgresql;

async function introspectEither(connection: Connection, scope: Scope): Promise<LiveState> {
  return introspect(connection, scope).catch((error: unknown) => cockroachInstead(connection, scope, error));
}

/** Without a schema nothing can depend on what stands in it. */
async function dependentsOnEither(connection: Connection, scope: Scope): Promise<readonly Dependent[]> {
  return dependents(connection, scope).catch(async (error: unknown) => {
    await cockroachInstead(connection, scope, error);
    return [];
  });
}

export const postgres: Dialect = {
  name: 'postgres',
  // Every session looks for it, and made again it has none of the rights it had.
  // https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PUBLIC
  lastingSchema: 'public',
  // A statement that waits for its lock makes all writers wait behind it, so it gives up early and is tried again.
  begin: ['BEGIN', `SET LOCAL lock_timeout = '200ms'`, 'SET LOCAL statement_timeout = 0'],
  exclusion: 'session',
  tryLock,
  declare: (definitions, options) => declare(definitions, options, flavourOf(options)),
  introspect: introspectEither,
  absent,
  settle,
  render: (changes, context) => render(changes, context, flavourOf(context)),
  dependents: dependentsOnEither,
  record,
  explain,
  isTransient,
};
