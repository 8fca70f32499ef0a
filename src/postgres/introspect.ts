import { type Catalog, catalogOf } from '../model/catalog.ts';
import type { Connection, LiveState, Scope, ServerFacts } from '../model/dialect.ts';
import { idFor, idOf } from '../model/kinds.ts';
import type {
  CatalogObject,
  CheckObject,
  ColumnObject,
  Deferrable,
  ForeignKeyObject,
  FunctionObject,
  IndexObject,
  KeyObject,
  ObjectId,
  ReferentialAction,
  TriggerObject,
} from '../model/objects.ts';
import { UserError } from '../model/errors.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { untried } from './cockroach/live.ts';
import { lackingRights } from './rights.ts';
import type {
  Answer,
  BacklogRow,
  ColumnRow,
  ConstraintRow,
  FunctionRow,
  IndexRow,
  TriggerRow,
} from './catalog-answer.ts';
import { catalogQuery } from './catalog-query.ts';

/** Milliseconds after which a server that does not answer the catalog query is given up. */
const catalogTimeout = 60_000;

/** Shorter, so that the server tells a lock from other reasons. */
const lockTimeout = 50_000;

/**
 * Reads the live catalog and the server's facts in one round trip.
 * @throws QueryError when the server refuses or does not answer.
 */
export async function introspect(connection: Connection, scope: Scope): Promise<LiveState> {
  const found = await connection.query(
    [
      // For the time while another database of the run is migrated.
      `SET idle_session_timeout = 0`,
      `SET LOCAL search_path = pg_catalog`,
      `SET LOCAL statement_timeout = ${catalogTimeout}`,
      // What an index or a default says cannot be printed while somebody else alters its table.
      `SET LOCAL lock_timeout = ${lockTimeout}`,
      `SET LOCAL quote_all_identifiers = off`,
      catalogQuery(scope),
    ],
    { timeout: catalogTimeout + 5_000 },
  );
  const answer = found[0]?.['catalog'] as Answer;
  return {
    catalog: catalogOf(objectsOf(answer, scope)),
    notes: notesOf(answer, scope.schema),
    lackingRights: (changes, exists) =>
      lackingRights(changes, answer.rights, { scope, user: answer.server.user, exists }),
    server: serverFacts(answer, scope),
  };
}

function objectsOf(answer: Answer, scope: Scope): readonly CatalogObject[] {
  const { schema, database } = scope;
  return [
    { kind: 'database', name: database },
    ...(answer.schema ? [{ kind: 'schema', name: schema } as const] : []),
    ...answer.tables.map((t): CatalogObject => ({
      kind: 'table',
      schema,
      name: t.name,
      persistence: t.persistence === 'u' ? 'unlogged' : 'permanent',
      options: t.options.toSorted(),
    })),
    ...answer.columns.map((row) => columnObject(schema, row)),
    ...answer.constraints.map((row) => constraintObject(schema, row)),
    ...answer.indexes.map((row) => indexObject(schema, row)),
    ...answer.triggers.map((row) => triggerObject(schema, row)),
    ...answer.functions.map((row) => functionObject(schema, row)),
    ...answer.views.map((row): CatalogObject => ({ kind: 'view', schema, ...row })),
    ...answer.versions.flatMap((v) => (v === null ? [] : versionObjects(schema, v, answer.server.user))),
    ...answer.backlogs.flatMap((b) => (b === null ? [] : backlogObjects(schema, b, answer.server.user))),
    ...grantObjects(answer, scope),
  ];
}

const columnObject = (schema: string, row: ColumnRow): ColumnObject => ({
  kind: 'column',
  schema,
  table: row.table,
  name: row.name,
  position: row.position,
  type: row.type,
  nullable: !row.notNull,
  default: row.generated === '' ? row.expression : null,
  generated: row.generated === '' ? null : `(${row.expression}) ${row.generated === 'v' ? 'VIRTUAL' : 'STORED'}`,
  identity: row.identity === 'a' ? 'always' : row.identity === 'd' ? 'by default' : null,
  collation: row.collation,
});

function constraintObject(schema: string, row: ConstraintRow): CatalogObject {
  const place = { schema, table: row.table, name: row.name };
  if (row.type === 'c' || row.type === 'x')
    return { kind: 'check', ...place, expression: row.expression, ...validity(row) };
  return row.type === 'f' ? foreignKeyObject(place, row) : keyObject(place, row);
}

interface Place {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

const keyObject = (place: Place, row: ConstraintRow): KeyObject => ({
  kind: 'key',
  ...place,
  primary: row.type === 'p',
  columns: row.columns,
  include: row.include,
  nullsNotDistinct: row.nullsNotDistinct,
  deferrable: deferrable(row),
});

const foreignKeyObject = (place: Place, row: ConstraintRow): ForeignKeyObject => ({
  kind: 'foreignKey',
  ...place,
  columns: row.columns,
  referencedSchema: row.referencedSchema,
  referencedTable: row.referencedTable,
  referencedColumns: row.referencedColumns,
  onUpdate: referentialAction(row.onUpdate),
  onDelete: referentialAction(row.onDelete),
  match: row.match === 'f' ? 'FULL' : row.match === 'p' ? 'PARTIAL' : 'SIMPLE',
  deferrable: deferrable(row),
  ...validity(row),
});

const validity = ({ validated, enforced }: ConstraintRow): Pick<CheckObject, 'validated' | 'notEnforced'> => ({
  validated,
  ...(enforced ? {} : { notEnforced: true }),
});

const deferrable = (row: ConstraintRow): Deferrable =>
  row.deferrable ? (row.deferred ? 'initially deferred' : 'initially immediate') : 'no';

/** https://www.postgresql.org/docs/current/catalog-pg-constraint.html */
const referentialActions: Readonly<Record<string, ReferentialAction>> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
};

const referentialAction = (code: string): ReferentialAction => {
  const action = referentialActions[code];
  if (action === undefined) throw new Error(`unknown referential action ${code}`);
  return action;
};

const indexObject = (schema: string, row: IndexRow): IndexObject => ({
  kind: 'index',
  schema,
  table: row.table,
  name: row.name,
  method: row.method,
  unique: row.unique,
  columns: row.columns,
  include: row.include,
  predicate: row.predicate,
  nullsNotDistinct: row.nullsNotDistinct,
  valid: row.valid,
});

const notesOf = ({ indexes }: Answer, schema: string): ReadonlyMap<ObjectId, string> =>
  new Map(indexes.map((row) => [idFor(indexObject(schema, row)), `${row.size}, ${row.scans} scans`]));

/** Cuts the names out of pg_get_triggerdef's text, so that only what the trigger does is left. */
const triggerObject = (schema: string, row: TriggerRow): TriggerObject => ({
  kind: 'trigger',
  schema,
  table: row.table,
  name: row.name,
  definition: row.text
    .replace(/^CREATE (CONSTRAINT )?TRIGGER /, '$1')
    .replace(`${row.printedName} `, '')
    .replace(` ON ${row.printedTable} `, ' ')
    .replace(` EXECUTE FUNCTION ${row.printedFunction}()`, '')
    .replace(` EXECUTE FUNCTION ${row.printedFunction}(`, ' ('),
  function: idOf.function(row.functionSchema, row.functionName, row.signature),
  enabled: ({ O: 'origin', D: 'disabled', R: 'replica', A: 'always' } as const)[row.enabled] ?? 'origin',
});

const functionObject = (schema: string, row: FunctionRow): FunctionObject => ({
  kind: 'function',
  schema,
  name: row.name,
  signature: row.signature,
  arguments: row.arguments,
  returns: row.returns,
  language: row.language,
  volatility: row.volatility === 'i' ? 'immutable' : row.volatility === 's' ? 'stable' : 'volatile',
  security: row.definer ? 'definer' : 'invoker',
  strict: row.strict,
  settings: row.settings.toSorted(),
  execution: row.everybody ? 'everybody' : 'granted',
  body: row.body,
});

/**
 * A table without rows says nothing: it has no version.
 * @throws UserError where the rows may not be read, since then nobody can say what they are
 */
function versionObjects(
  schema: string,
  { table, column, xml }: { table: string; column: string; xml: string | null },
  user: string,
): readonly CatalogObject[] {
  if (xml === null) throw mayNotRead(schema, table, user);
  const values = [...xml.matchAll(/<v>([^<]*)<\/v>/g)].map((match) => match[1] ?? '').toSorted();
  return values.length === 0 ? [] : [{ kind: 'version', schema, table, column, values }];
}

function mayNotRead(schema: string, table: string, user: string): UserError {
  const [inSchema, onTable, role] = [schema, table, user].map(quoteIdentifier);
  return new UserError(`role ${user} may not read the table ${table} in schema ${schema}`, {
    hint: `GRANT USAGE ON SCHEMA ${inSchema} TO ${role}; GRANT SELECT ON ${inSchema}.${onTable} TO ${role};`,
  });
}

/** @throws UserError where nobody can say whether rows are missing */
function backlogObjects(schema: string, row: BacklogRow, user: string): readonly CatalogObject[] {
  const { xml, unreadable, ...backlog } = row;
  if (xml === null) throw mayNotRead(schema, unreadable ?? row.table, user);
  return xml.includes('<v>') ? [{ kind: 'backlog', schema, ...backlog }] : [];
}

/** Nothing counts as granted in a schema that is still to be made, but the right to connect. */
const grantObjects = (answer: Answer, { schema, role }: Scope): readonly CatalogObject[] =>
  role === null
    ? []
    : (answer.grants ?? [])
        .filter(({ on }) => answer.schema || on === 'database')
        .map(({ on, lacking }) => ({ kind: 'grant', schema, role, on, lacking }));

function serverFacts(answer: Answer, scope: Scope): ServerFacts {
  const { server, strangers } = answer;
  const cockroach = server.version.includes('CockroachDB');
  return {
    product: cockroach ? 'CockroachDB' : 'PostgreSQL',
    version: server.number.split(' ')[0] ?? server.number,
    readOnly: server.recovery
      ? 'the server is a standby in recovery'
      : server.readOnly
        ? 'the session is read-only by default (default_transaction_read_only)'
        : null,
    roleExists: scope.role === null || server.role,
    hasAlternative: server.alternative,
    user: server.user,
    strangers,
    ...(cockroach ? untried : {}),
  };
}

/** Everybody may connect to a new database until somebody says otherwise. */
export const absent = ({ schema, role }: Scope): Catalog =>
  catalogOf(role === null ? [] : [{ kind: 'grant', schema, role, on: 'database', lacking: [] }]);
