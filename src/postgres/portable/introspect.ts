import { type Catalog, catalogOf } from '../../model/catalog.ts';
import type { Connection, LiveState, ServerFacts } from '../../model/dialect.ts';
import { UserError } from '../../model/errors.ts';
import type { Look } from '../../model/look.ts';
import type { CatalogObject } from '../../model/objects.ts';
import { maskUrl } from '../../secrets/mask-url.ts';
import { readRelations } from './columns.ts';
import { readConstraints } from './constraints.ts';
import { privilegesIn } from './privileges.ts';
import { rowsIfAny } from './probe.ts';
import type { Source } from './reading.ts';
import { readFunctions } from './routines.ts';
import { nameIn } from './rows.ts';
import { readContents } from './content.ts';
import { type Ask, asking, isPostgres, type Server } from './server.ts';
import { blind, type Sight } from './sight.ts';
import { shownOf, sightOf } from './sight-of.ts';
import { toldOf } from './told.ts';
import { readTriggers } from './triggers.ts';
import { ownTables, readViews, routinePrivilegesQuery, tablePrivilegesQuery } from './views.ts';

/** A reading, and what it was shown. */
export interface Portable {
  readonly live: LiveState;
  readonly sight: Sight;
}

/**
 * Reads a schema by information_schema, which all servers that speak as PostgreSQL does are to have. What it does not
 * show is unknown.
 * @throws QueryError when the server refuses or does not answer; UserError for a reset, which takes away what nobody
 * has seen
 */
export async function introspectPortably(connection: Connection, look: Look, server: Server): Promise<Portable> {
  if (server.hasSchema && look.surroundings) throw unseenSurroundings(connection, look, server);
  if (server.hasSchema) return readSchema(asking(connection, server), look, server);
  return { live: stateOf(server, look, catalogOf([databaseOf(look)]), []), sight: blind(isPostgres(server)) };
}

const databaseOf = ({ database }: Look): CatalogObject => ({ kind: 'database', name: database });

function unseenSurroundings(connection: Connection, { schema }: Look, { product }: Server): UserError {
  return new UserError(`the schema ${schema} stands on ${product}, where this release cannot see what depends on it`, {
    where: maskUrl(connection.url),
    hint: 'take it away by hand: DROP SCHEMA, without CASCADE, names what depends on it',
  });
}

async function readSchema(ask: Ask, look: Look, server: Server): Promise<Portable> {
  const views = await readViews(ask, look);
  const own = new Set((await rowsIfAny(ask, ownTables(look))).map((row) => nameIn(row, 'name')));
  const onTables = await rowsIfAny(ask, tablePrivilegesQuery(look));
  const source: Source = { look, views, shown: shownOf(own, onTables), isPostgres: isPostgres(server) };
  const readings = [readRelations, readConstraints, readFunctions, readTriggers].map((read) => read(source));
  const onRoutines = await rowsIfAny(ask, routinePrivilegesQuery(look));
  const { objects: grants, doubtful } = privilegesIn(source, onTables, onRoutines);
  const contents = await readContents(ask, source);
  const sight = await sightOf(ask, source, readings, contents.unread);
  const objects: readonly CatalogObject[] = [
    databaseOf(look),
    { kind: 'schema', name: look.schema },
    ...readings.flatMap((reading) => reading.objects),
    ...grants,
    ...contents.objects,
  ];
  const told = toldOf(sight, look, { user: server.user, doubtful, objects });
  return { live: stateOf(server, look, catalogOf(objects), told), sight };
}

/** What is true of every product until somebody has tried this release on it. */
const untried = (product: string): Pick<ServerFacts, 'readOnly' | 'caveat'> => ({
  readOnly: `on ${product} this release only plans; --dry-run prints the statements, for you to run`,
  caveat: `nobody has tried these statements on ${product} yet: read them before you run them`,
});

/** On PostgreSQL nobody need do with so little. */
const tooLittle: Pick<ServerFacts, 'readOnly' | 'wayOut' | 'caveat'> = {
  readOnly: 'information_schema shows too little to change anything by',
  wayOut: 'run it without --introspect: then pg_catalog is read, which shows all',
  caveat: 'read by information_schema, which does not show all: what it does not is taken to be as declared',
};

const stateOf = (server: Server, { role }: Look, catalog: Catalog, unread: readonly string[]): LiveState => ({
  catalog,
  facts: new Map(),
  notes: new Map(),
  unread,
  server: {
    product: server.product,
    version: server.version,
    ...(isPostgres(server) ? tooLittle : untried(server.product)),
    roleExists: role === null || server.hasRole,
    hasAlternative: server.hasAlternative,
    user: server.user,
    strangers: [],
  },
  // Nothing is written.
  lackingRights: () => [],
});
