import { type Catalog, catalogOf } from '../model/catalog.ts';
import type { Connection, LiveState, ServerFacts } from '../model/dialect.ts';
import type { Look, Place } from '../model/look.ts';
import { blockers, reachedChildren } from './blockers.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { type Answer, catalogQuery } from './catalog-query.ts';
import { namingBytes } from './encoding.ts';
import { emptyingBlockers } from './emptying.ts';
import { factsOf, notesOf } from './facts.ts';
import { kinds, modulesOf } from './kinds.ts';
import { catalogTimeout, forCatalog } from './session.ts';
import { lackingRights } from './rights.ts';

/** For the time while another database of the run is migrated. */
const whileOthersRun = 'SET idle_session_timeout = 0';

/**
 * Reads the live catalog and the server's facts in one round trip.
 * @throws QueryError when the server refuses or does not answer; UserError where the role may not see what has to be
 * known
 */
export async function introspect(connection: Connection, look: Look): Promise<LiveState> {
  const asked = connection.query([whileOthersRun, ...forCatalog, catalogQuery(look)], {
    timeout: catalogTimeout + 5_000,
  });
  const found = await asked.catch(async (error: unknown) => {
    throw await namingBytes(connection, error);
  });
  const answer = found[0]?.['catalog'] as Answer;
  const catalog = catalogOf(
    modulesOf(kinds).flatMap(([kind, module]) => (answer.kinds[kind] ?? []).flatMap((row) => module.read(row, look))),
  );
  return {
    catalog,
    facts: factsOf(answer.facts, look.schema),
    notes: notesOf(answer.facts, catalog),
    server: serverFacts(answer, look, connection.backend),
    lackingRights: (changes, exists) =>
      lackingRights(changes, answer.rights, { place: look, server: answer.server, exists }),
    ...(look.surroundings
      ? {}
      : {
          blockers: async (changes) => [
            ...reachedChildren(changes, catalog),
            ...emptyingBlockers(changes, catalog),
            ...(await blockers(connection, look, changes)),
          ],
        }),
  };
}

const inRecovery = 'the server is a standby in recovery';
const byDefault = 'the session is read-only by default (default_transaction_read_only)';

/**
 * The process that answers is another than the one that greeted: a pooler stands between. A lock of the session would
 * stay on the pooled connection for ever, and settings of the session with it.
 */
const pooled = {
  isPooled: true,
  readOnly: 'the connection goes through a pooler, on which locks of a session stay behind',
  wayOut: `connect to the server itself: the direct host and port, which providers call the direct, unpooled, session or
non-pooling connection (often port 5432 instead of 6543); --plan, --check and --dry-run work here too`.replaceAll(
    '\n',
    ' ',
  ),
} as const;

const serverFacts = ({ server, strangers }: Answer, { role }: Look, backend: number | null): ServerFacts => ({
  product: 'PostgreSQL',
  version: server.version.split(' ')[0] ?? server.version,
  ...(backend !== null && backend !== server.backend
    ? pooled
    : { readOnly: server.recovery ? inRecovery : server.readOnly ? byDefault : null }),
  roleExists: role === null || server.role,
  hasAlternative: server.alternative,
  user: server.user,
  strangers,
  eventTriggers: server.eventTriggers.map((name) => ({
    name,
    disable: `ALTER EVENT TRIGGER ${quoteIdentifier(name)} DISABLE;`,
  })),
});

/** Everybody may connect to a new database until somebody says otherwise. */
export const absent = ({ schema, role }: Place): Catalog =>
  catalogOf(role === null ? [] : [{ kind: 'grant', schema, role, on: 'database', lacking: [] }]);
