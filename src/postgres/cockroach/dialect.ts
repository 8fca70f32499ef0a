import { catalogOf } from '../../model/catalog.ts';
import { withoutListenNotify } from '../../model/definition.ts';
import type { Connection, Dialect, LiveState } from '../../model/dialect.ts';
import type { Look } from '../../model/look.ts';
import type { CatalogObject } from '../../model/objects.ts';
import type { Statement } from '../../model/plan.ts';
import { declare } from '../declare.ts';
import { explain, isTransient } from '../explain.ts';
import { absent } from '../introspect.ts';
import { mend } from '../kinds.ts';
import { tryLock } from '../lock.ts';
import { completeUrl, open, placeOf } from '../open.ts';
import { readRecords, record } from '../record.ts';
import { render } from '../render.ts';
import { settle } from '../settle.ts';
import { readPortably } from '../portable/dialect.ts';
import { askServer } from '../portable/server.ts';
import { cockroachKinds } from './kinds.ts';

/**
 * CockroachDB: what it lacks of PostgreSQL and what it words otherwise. Its schema changes are made online, and, from
 * release 25.1 on, each of them commits the transaction that it comes in: so every statement stands alone, waits for
 * nobody's lock and blocks no writer.
 * https://www.cockroachlabs.com/docs/stable/online-schema-changes
 * https://www.cockroachlabs.com/docs/releases/v25.1
 */
export const cockroach: Dialect = {
  name: 'postgres',
  lastingSchema: 'public',
  session: [],
  begin: ['BEGIN'],
  exclusion: 'session',
  open,
  completeUrl,
  placeOf,
  discardIfEmpty: async () => {},
  tryLock,
  record,
  readRecords,
  isTransient,
  explain,
  mend,
  declare: (definitions, place) =>
    catalogOf([...declare(withoutListenNotify(definitions), place).values()].map(asItIsThere)),
  introspect,
  absent,
  settle,
  render: (changes, context) => render(changes, context, cockroachKinds).map(standsAlone),
};

async function introspect(connection: Connection, look: Look): Promise<LiveState> {
  const server = await askServer(connection, look);
  if (server.product !== 'CockroachDB') throw new Error('the server is no CockroachDB');
  return readPortably(connection, look, () => cockroach, server);
}

/** INTEGER has 64 bits there, INT4 the 32 that PostgreSQL means. https://www.cockroachlabs.com/docs/stable/int */
const integersOf32Bits = (text: string): string => text.replaceAll(/\binteger\b/g, 'int4');

function asItIsThere(o: CatalogObject): CatalogObject {
  if (o.kind === 'column') return { ...o, type: integersOf32Bits(o.type) };
  if (o.kind !== 'function') return o;
  // A function takes no settings along. https://www.cockroachlabs.com/docs/stable/create-function
  return { ...o, signature: integersOf32Bits(o.signature), arguments: integersOf32Bits(o.arguments), settings: [] };
}

const standsAlone = (statement: Statement): Statement => ({ ...statement, commits: 'no transaction', locks: [] });
