import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { LackingRight, Scope } from '../model/dialect.ts';
import type { CatalogObject, ObjectKind } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';

/** What the connected role may do, as the catalog query tells it. */
export interface Rights {
  readonly createDatabase: boolean;
  /** CREATE on the database: needed for a schema that is not there. */
  readonly createSchema: boolean;
  /** CREATE on the schema; null where there is none yet, and its maker will own it. */
  readonly createInSchema: boolean | null;
  /** Owners, other than the role and those it is a member of, of objects in the schema. */
  readonly owners: readonly { readonly kind: 'table' | 'function'; readonly name: string; readonly owner: string }[];
}

/**
 * What the role lacks for these changes, found out before the first of them. Only an owner, or a member of the owning
 * role, can alter a table or a function. https://www.postgresql.org/docs/current/ddl-priv.html
 */
export function lackingRights(
  changes: readonly Change[],
  rights: Rights,
  { scope, user, exists }: { readonly scope: Scope; readonly user: string; readonly exists: boolean },
): readonly LackingRight[] {
  const [database, schema, role] = [scope.database, scope.schema, user].map(quoteIdentifier);
  const creates = new Set(changes.filter(({ type }) => type === 'create').map((change) => subject(change).kind));
  if (!exists) {
    return rights.createDatabase
      ? []
      : [{ what: `create the database ${scope.database}`, remedy: `ALTER ROLE ${role} CREATEDB` }];
  }
  const lacking: LackingRight[] = [];
  if (creates.has('schema') && !rights.createSchema) {
    lacking.push({
      what: `create the schema ${scope.schema}`,
      remedy: `GRANT CREATE ON DATABASE ${database} TO ${role}`,
    });
  }
  if (needsCreate(creates) && rights.createInSchema === false) {
    lacking.push({
      what: `create in the schema ${scope.schema}`,
      remedy: `GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${role}`,
    });
  }
  const touched = new Set(changes.flatMap(touches));
  const foreign = rights.owners.filter(({ kind, name }) => touched.has(`${kind} ${name}`));
  for (const owner of new Set(foreign.map((o) => o.owner))) {
    const names = foreign.filter((o) => o.owner === owner).map(({ kind, name }) => `${kind} ${name}`);
    lacking.push({
      what: `change what ${owner} owns: ${names.join(', ')}`,
      remedy: `GRANT ${quoteIdentifier(owner)} TO ${role}`,
    });
  }
  return lacking;
}

/** An index needs CREATE on its schema too, beside owning its table. */
const needsCreate = (kinds: ReadonlySet<ObjectKind>): boolean =>
  kinds.has('table') || kinds.has('function') || kinds.has('index') || kinds.has('key');

/** The existing objects whose owners alone can make the change. */
function touches(change: Change): readonly string[] {
  const object: CatalogObject = subject(change);
  if (object.kind === 'version' || object.kind === 'backlog') return [];
  if (change.type === 'alter' && change.from.kind === 'grant')
    return change.from.lacking.map((name) => `table ${name}`);
  if ('table' in object) return [`table ${object.table}`];
  if (change.type === 'create' || !('name' in object)) return [];
  return [`${object.kind === 'function' ? 'function' : 'table'} ${object.name}`];
}
