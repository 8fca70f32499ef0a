import { type Change, subject } from '../model/change.ts';
import type { LackingRight, Scope } from '../model/dialect.ts';
import type { CatalogObject, GrantObject, GrantTarget, ObjectKind } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { qualified } from './draft.ts';
import { grantStatement } from './kinds/grant.ts';

/** Something that belongs neither to the role nor to one that it is a member of. */
interface Foreign {
  readonly kind: 'table' | 'sequence' | 'function';
  readonly name: string;
  readonly owner: string;
  /** Whether its owner is a superuser. */
  readonly ofSuperuser: boolean;
}

/** What the connected role may do, as the catalog query tells it. */
export interface Rights {
  readonly createDatabase: boolean;
  /** CREATE on the database: needed for a schema that is not there. */
  readonly createSchema: boolean;
  /** CREATE and USAGE on the schema; null where there is none yet, and its maker will own it. */
  readonly createInSchema: boolean | null;
  readonly owners: readonly Foreign[];
  /** Privileges that the role has not got on tables of the schema. */
  readonly without: readonly { readonly privilege: string; readonly table: string }[];
  /** Of the database and the schema, which the role may not let others use. */
  readonly withheld: readonly GrantTarget[];
  /** In the schema, what the role may not grant, by the grant that includes it. */
  readonly withheldWithin: readonly (Foreign & { readonly on: GrantTarget })[];
}

interface Question {
  readonly scope: Scope;
  readonly user: string;
  readonly exists: boolean;
}

/** What the role lacks for these changes, found out before the first of them. */
export function lackingRights(
  changes: readonly Change[],
  rights: Rights,
  { scope, user, exists }: Question,
): readonly LackingRight[] {
  const role = quoteIdentifier(user);
  if (!exists) {
    return rights.createDatabase
      ? []
      : [{ what: `create the database ${scope.database}`, remedy: `ALTER ROLE ${role} CREATEDB` }];
  }
  return [
    ...lackingCreate(changes, rights, scope, role),
    ...lackingMembership(changes, rights, scope, role),
    ...lackingPrivileges(changes, rights, scope, role),
    ...lackingGrants(changes, rights, scope),
  ];
}

function lackingCreate(changes: readonly Change[], rights: Rights, scope: Scope, role: string): LackingRight[] {
  const [database, schema] = [scope.database, scope.schema].map(quoteIdentifier);
  const lacking: LackingRight[] = [];
  if (!rights.createSchema && changes.some((change) => change.type === 'create' && change.to.kind === 'schema')) {
    lacking.push({
      what: `create the schema ${scope.schema}`,
      remedy: `GRANT CREATE ON DATABASE ${database} TO ${role}`,
    });
  }
  if (rights.createInSchema === false && changes.some(makesInSchema)) {
    lacking.push({
      what: `create in the schema ${scope.schema}`,
      remedy: `GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${role}`,
    });
  }
  return lacking;
}

/**
 * An index needs CREATE on its schema too, beside owning its table, and to replace a function is to create one.
 * https://www.postgresql.org/docs/current/sql-createfunction.html
 */
const makesInSchema = (change: Change): boolean => {
  const made: Readonly<Record<Change['type'], readonly ObjectKind[]>> = {
    create: ['table', 'function', 'index', 'key'],
    alter: ['function', 'index', 'key'],
    rename: ['index'],
    drop: [],
  };
  return made[change.type].includes(subject(change).kind);
};

/** Only an owner, or a member of the owning role, can alter a table or a function. https://www.postgresql.org/docs/current/ddl-priv.html */
function lackingMembership(changes: readonly Change[], rights: Rights, scope: Scope, role: string): LackingRight[] {
  const touched = new Set(changes.flatMap(touches));
  const granted = new Set(grantsIn(changes).map(({ on }) => on));
  const foreign = [
    ...rights.owners.filter(({ kind, name }) => touched.has(`${kind} ${name}`)),
    ...rights.withheldWithin.filter(({ on }) => granted.has(on)),
  ];
  return [...new Set(foreign.map(({ owner }) => owner))].map((owner) => {
    const theirs = foreign.filter((object) => object.owner === owner);
    const names = new Set(theirs.map(({ kind, name }) => `${kind} ${name}`));
    const handOver = theirs.map(
      ({ kind, name }) => `ALTER ${kind.toUpperCase()} ${qualified(scope.schema, name)} OWNER TO ${role}`,
    );
    return {
      what: `change what ${owner} owns: ${[...names].join(', ')}`,
      // Whoever is made a member of a superuser can become one.
      remedy: theirs.some(({ ofSuperuser }) => ofSuperuser)
        ? [...new Set(handOver)].join(';\n')
        : `GRANT ${quoteIdentifier(owner)} TO ${role}`,
    };
  });
}

/** The existing objects whose owners alone can make the change. */
function touches(change: Change): readonly string[] {
  const object: CatalogObject = subject(change);
  if (object.kind === 'version' || object.kind === 'backlog') return [];
  if ('table' in object) return [`table ${object.table}`];
  if (change.type === 'create' || !('name' in object)) return [];
  return [`${object.kind === 'function' ? 'function' : 'table'} ${object.name}`];
}

function lackingPrivileges(changes: readonly Change[], rights: Rights, scope: Scope, role: string): LackingRight[] {
  const used = new Set(changes.flatMap(uses));
  const lacking = new Map<string, string[]>();
  for (const { privilege, table } of rights.without) {
    if (used.has(`${privilege} ${table}`)) lacking.set(table, [...(lacking.get(table) ?? []), privilege]);
  }
  return [...lacking].map(([table, privileges]) => ({
    what: `use ${privileges.join(', ')} on the table ${table}`,
    remedy: `GRANT ${privileges.join(', ')} ON ${qualified(scope.schema, table)} TO ${role}`,
  }));
}

/** The privileges on existing tables that do for the change, whoever owns them. */
function uses(change: Change): readonly string[] {
  const object: CatalogObject = subject(change);
  if (object.kind === 'version') return [`INSERT ${object.table}`, `DELETE ${object.table}`];
  if (object.kind === 'backlog') return [`INSERT ${object.into}`];
  return object.kind === 'foreignKey' && change.type !== 'drop' ? [`REFERENCES ${object.referencedTable}`] : [];
}

/** Without the right to grant it the server only warns, and grants nothing. https://www.postgresql.org/docs/current/sql-grant.html */
const lackingGrants = (changes: readonly Change[], { withheld }: Rights, scope: Scope): readonly LackingRight[] =>
  grantsIn(changes)
    .filter(({ on }) => withheld.includes(on))
    .map((grant) => ({
      what: `grant ${grant.lacking.join(', ')} on the ${grant.on} ${grant.on === 'schema' ? scope.schema : scope.database} to ${grant.role}`,
      remedy: grantStatement(grant, scope.database),
    }));

/** What the grants are to make good. */
const grantsIn = (changes: readonly Change[]): readonly GrantObject[] =>
  changes.flatMap((change) => (change.type === 'alter' && change.from.kind === 'grant' ? [change.from] : []));
