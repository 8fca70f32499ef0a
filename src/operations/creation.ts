import { systemDefinitions } from '../../schema/index.ts';
import { checkIdentifier } from '../config/names.ts';
import { type Catalog, catalogOf } from '../model/catalog.ts';
import { withoutListenNotify } from '../model/definition.ts';
import type { Dialect } from '../model/dialect.ts';
import { UserError } from '../model/errors.ts';
import type { Scope } from '../model/look.ts';
import type { CatalogObject, ObjectId } from '../model/objects.ts';
import type { Segment } from '../model/plan.ts';
import { plan } from '../planner/plan.ts';
import { segmentsOf } from '../planner/segments.ts';
import type { Engine } from './engines.ts';
import { onWholeSchema } from './grants.ts';

export interface CreationRequest {
  readonly engine: Engine;
  /** Schema of the tables, on PostgreSQL; `dbos` unless it is given. */
  readonly schema?: string | undefined;
  /** The role that gets all that an application needs, on PostgreSQL. It exists already. */
  readonly role?: string | undefined;
  /** False for an application that polls. */
  readonly listenNotify?: boolean | undefined;
  /** Without the tables: what the role is granted, on tables that are there. */
  readonly grantsOnly?: boolean | undefined;
}

/** SQL that was written without a look at any database. */
export interface Creation {
  /** Statements for the session that runs it. */
  readonly session: readonly string[];
  /** Statements that every transaction starts with. */
  readonly begin: readonly string[];
  readonly segments: readonly Segment[];
}

const dialects: { readonly [E in Engine]: () => Promise<Dialect> } = {
  postgres: async () => (await import('../postgres/dialect.ts')).postgres,
  sqlite: async () => (await import('../sqlite/dialect.ts')).sqlite,
  cockroachdb: async () => (await import('../postgres/cockroach/dialect.ts')).cockroach,
};

/**
 * What makes all system tables in a database that is there and has none of them, and grants on them to a role that is
 * there. Nothing is connected to. The right to connect to the database is not among the grants: its name is not known.
 * @throws UserError for a schema or a role that cannot be one
 */
export async function creation(request: CreationRequest): Promise<Creation> {
  const { engine, grantsOnly = false } = request;
  const scope = scopeOf(request);
  const dialect = await dialects[engine]();
  const { schema, role, definitions } = scope;
  const shared = role !== null && schema === dialect.lastingSchema ? role : null;
  const target = withoutGrants(dialect.declare(definitions, scope), shared !== null);
  const isThere = grantsOnly ? ({ kind }: CatalogObject) => kind !== 'grant' : isInEach(scope, dialect);
  const live = catalogOf([...target.values()].filter(isThere));
  const ownership = { retired: [], declared: target, takes: 'retired', foreign: new Set<ObjectId>() } as const;
  const { changes } = plan({ live, settled: live, target, ownership });
  const known = shared === null ? live : withOthers(live, schema, shared);
  const statements = dialect.render(changes, { live: known, target, facts: new Map() });
  return { session: dialect.session, begin: dialect.begin, segments: segmentsOf(statements) };
}

function scopeOf({ engine, schema = 'dbos', role: given, listenNotify = true }: CreationRequest): Scope {
  const role = given ?? null;
  checkIdentifier('schema', schema, 'schema');
  if (role !== null) checkIdentifier('role', role, 'role');
  if (engine === 'sqlite' && role !== null) {
    throw new UserError('SQLite has no roles to grant permissions to', { where: 'role', hint: 'leave the role out' });
  }
  const definitions = listenNotify ? systemDefinitions : withoutListenNotify(systemDefinitions);
  return { database: '', schema: engine === 'sqlite' ? 'main' : schema, role, definitions };
}

/** The grants that can be written down: all but the one on the database, whose name is not known, and in a shared schema ours. */
const withoutGrants = (target: Catalog, isShared: boolean): Catalog =>
  catalogOf(
    [...target.values()].filter(
      (o) => o.kind !== 'grant' || (o.on !== 'database' && !(isShared && onWholeSchema.has(o.on))),
    ),
  );

/**
 * The schema that comes with a database may hold tables of an application, which nobody has looked at: there the grants
 * are on ours alone, object by object.
 */
const withOthers = (live: Catalog, schema: string, role: string): Catalog =>
  catalogOf([...live.values(), { kind: 'grant', schema, role, on: 'database', lacking: [], shared: true }]);

/** What a database has before anything of ours is in it: itself, and the schema that came with it. */
const isInEach =
  ({ schema }: Scope, { lastingSchema }: Dialect) =>
  ({ kind }: CatalogObject): boolean =>
    kind === 'database' || (kind === 'schema' && schema === lastingSchema);
