import type { Change } from '../model/change.ts';
import type { LackingRight } from '../model/dialect.ts';
import type { Place } from '../model/look.ts';
import type { GrantObject, GrantTarget } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { needs } from './kinds.ts';
import { qualified, type Right } from './kinds/draft.ts';
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
  readonly withheldWithin: readonly Withheld[];
}

interface Withheld extends Foreign {
  readonly on: GrantTarget;
  /** Whether the role has any privilege on it: where it has none, the server refuses to grant on all of its kind. */
  readonly hasAny: boolean;
}

interface Question {
  readonly place: Place;
  readonly user: string;
  readonly exists: boolean;
}

/** What the role lacks for these changes, found out before the first of them. */
export function lackingRights(
  changes: readonly Change[],
  rights: Rights,
  { place, user, exists }: Question,
): readonly LackingRight[] {
  const role = quoteIdentifier(user);
  if (!exists) {
    return rights.createDatabase
      ? []
      : [{ what: `create the database ${place.database}`, remedy: `ALTER ROLE ${role} CREATEDB` }];
  }
  const needed = changes.flatMap(needs);
  const grants = needed.flatMap((n) => (n.right === 'grant' ? [n.grant] : []));
  return [
    ...lackingCreate(needed, rights, place, role),
    ...lackingMembership(foreignOnes(needed, grants, rights), place, role),
    ...lackingPrivileges(needed, rights, place, role),
    ...lackingGrants(grants, rights, place),
  ];
}

function lackingCreate(needed: readonly Right[], rights: Rights, place: Place, role: string): readonly LackingRight[] {
  const [database, schema] = [place.database, place.schema].map(quoteIdentifier);
  const isNeeded = (right: Right['right']): boolean => needed.some((n) => n.right === right);
  return [
    ...(!rights.createSchema && isNeeded('create a schema')
      ? [{ what: `create the schema ${place.schema}`, remedy: `GRANT CREATE ON DATABASE ${database} TO ${role}` }]
      : []),
    ...(rights.createInSchema === false && isNeeded('create in the schema')
      ? [
          {
            what: `create in the schema ${place.schema}`,
            remedy: `GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${role}`,
          },
        ]
      : []),
  ];
}

/** What has to be owned, or granted on, and belongs to others. */
function foreignOnes(needed: readonly Right[], grants: readonly GrantObject[], rights: Rights): readonly Foreign[] {
  const touched = new Set(needed.flatMap((n) => (n.right === 'own' ? [`${n.kind} ${n.name}`] : [])));
  return [
    ...rights.owners.filter(({ kind, name }) => touched.has(`${kind} ${name}`)),
    ...rights.withheldWithin.filter(({ on, name, hasAny }) =>
      grants.some((grant) => grant.on === on && (!hasAny || grant.lacking.includes(name))),
    ),
  ];
}

const lackingMembership = (foreign: readonly Foreign[], place: Place, role: string): readonly LackingRight[] =>
  [...new Set(foreign.map(({ owner }) => owner))].map((owner) => {
    const theirs = foreign.filter((object) => object.owner === owner);
    const names = new Set(theirs.map(({ kind, name }) => `${kind} ${name}`));
    const handOver = theirs.map(
      ({ kind, name }) => `ALTER ${kind.toUpperCase()} ${qualified(place.schema, name)} OWNER TO ${role}`,
    );
    return {
      what: `change what ${owner} owns: ${[...names].join(', ')}`,
      // Whoever is made a member of a superuser can become one.
      remedy: theirs.some(({ ofSuperuser }) => ofSuperuser)
        ? [...new Set(handOver)].join(';\n')
        : `GRANT ${quoteIdentifier(owner)} TO ${role}`,
    };
  });

function lackingPrivileges(
  needed: readonly Right[],
  rights: Rights,
  place: Place,
  role: string,
): readonly LackingRight[] {
  const used = new Set(needed.flatMap((n) => (n.right === 'use' ? [`${n.privilege} ${n.table}`] : [])));
  const lacking = new Map<string, string[]>();
  for (const { privilege, table } of rights.without) {
    if (used.has(`${privilege} ${table}`)) lacking.set(table, [...(lacking.get(table) ?? []), privilege]);
  }
  return [...lacking].map(([table, privileges]) => ({
    what: `use ${privileges.join(', ')} on the table ${table}`,
    remedy: `GRANT ${privileges.join(', ')} ON ${qualified(place.schema, table)} TO ${role}`,
  }));
}

/** Without the right to grant it the server only warns, and grants nothing. https://www.postgresql.org/docs/current/sql-grant.html */
const lackingGrants = (grants: readonly GrantObject[], { withheld }: Rights, place: Place): readonly LackingRight[] =>
  grants
    .filter(({ on }) => withheld.includes(on))
    .map((grant) => ({
      what: `grant ${grant.lacking.join(', ')} on the ${grant.on} ${grant.on === 'schema' ? place.schema : place.database} to ${grant.role}`,
      remedy: grantStatement(grant, place.database),
    }));
