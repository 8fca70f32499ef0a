import type { Change } from '../model/change.ts';
import type { LackingRight } from '../model/dialect.ts';
import type { Place } from '../model/look.ts';
import type { GrantObject, GrantTarget } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { orBecoming } from './becoming.ts';
import { needs } from './kinds.ts';
import { qualified, type Right } from './kinds/draft.ts';
import { grantStatement } from './kinds/grant.ts';

/** Who owns something. */
interface Owner {
  readonly owner: string;
  /** Whether that is a superuser. */
  readonly ofSuperuser: boolean;
  /** Whether the connected role is a member of it, and yet has not what the owner may. */
  readonly isDormant: boolean;
  /** Whether the connected role may become it by SET ROLE. */
  readonly isAtHand: boolean;
  /** Whether the membership is in that very role, and not in one that is a member of it. */
  readonly isDirect: boolean;
}

/** Something that belongs neither to the role nor to one whose rights it has. */
interface Foreign extends Owner {
  readonly kind: 'table' | 'function';
  readonly name: string;
}

/** What the connected role may do, as the catalog query tells it. */
export interface Rights {
  readonly createDatabase: boolean;
  /** Whether the role has the rights of those that it is a member of. PostgreSQL 16 and newer ask the membership. */
  readonly inherits: boolean;
  readonly databaseOwner: Owner;
  /** CREATE on the database: needed for a schema that is not there. */
  readonly createSchema: boolean;
  /** CREATE and USAGE on the schema; null where there is none yet, and its maker will own it. */
  readonly createInSchema: boolean | null;
  /** Null where there is no schema. */
  readonly schemaOwner: Owner | null;
  readonly owners: readonly Foreign[];
  /** Privileges that the role has not got on tables of the schema. */
  readonly without: readonly (Owner & { readonly privilege: string; readonly table: string })[];
  /** Of the database and the schema, which the role may not let others use. */
  readonly withheld: readonly GrantTarget[];
  /** Of ours in the schema, what the role may not grant, by the grant that includes it. */
  readonly withheldWithin: readonly Withheld[];
}

interface Withheld extends Foreign {
  readonly on: GrantTarget;
  /** Whether the role has any privilege on it: where it has none, the server refuses to grant on all of its kind. */
  readonly hasAny: boolean;
}

interface Question {
  readonly place: Place;
  readonly server: { readonly user: string; readonly version: string };
  readonly exists: boolean;
}

/** Something lacking, with who owns what it is about. */
interface Lacking {
  readonly what: string;
  readonly remedy: string;
  readonly of: Owner;
}

/** What the role lacks for these changes, found out before the first of them. */
export function lackingRights(
  changes: readonly Change[],
  rights: Rights,
  { place, server, exists }: Question,
): readonly LackingRight[] {
  const role = quoteIdentifier(server.user);
  if (!exists) {
    if (rights.createDatabase) return [];
    const remedy = `CREATE DATABASE ${quoteIdentifier(place.database)} OWNER ${role};   or ALTER ROLE ${role} CREATEDB;`;
    return [{ what: `create the database ${place.database}`, remedy, owner: null }];
  }
  const needed = changes.flatMap(needs);
  const grants = needed.flatMap((n) => (n.right === 'grant' ? [n.grant] : []));
  const lacking = [
    ...lackingCreate(needed, rights, place, role),
    ...lackingMembership(foreignOnes(needed, grants, rights), rights.inherits, place, server),
    ...lackingPrivileges(needed, rights, place, role),
    ...lackingGrants(grants, rights, place),
  ];
  return lacking.map(({ what, remedy, of }) => ({
    what,
    remedy: isToInherit(of) ? inheritance(of, rights.inherits, server) : remedy,
    owner: of.owner,
  }));
}

/** Who may not become a superuser, though a member, is not to get its rights either: then they are handed over. */
const isToInherit = ({ isDormant, isAtHand, ofSuperuser }: Owner): boolean => isDormant && (isAtHand || !ofSuperuser);

/** A member that does not inherit has the owner's rights only after SET ROLE, where the membership allows that. */
function inheritance(of: Owner, inherits: boolean, server: Question['server']): string {
  const statements = membership(of, inherits, server);
  return of.isAtHand ? `${statements}${orBecoming(of.owner)}` : statements;
}

/**
 * The statements that make the connected role a member with the owner's rights. From PostgreSQL 16 on each membership
 * says whether it inherits, as the role does where it is not told, and whether it allows SET ROLE, which stays as it is.
 * Before that the role says the first, and each one on the way must.
 * https://www.postgresql.org/docs/current/role-membership.html
 * https://www.postgresql.org/docs/current/sql-grant.html#SQL-GRANT-DESCRIPTION-ROLES
 */
function membership(of: Owner, inherits: boolean, { user, version }: Question['server']): string {
  const [group, member] = [of.owner, user].map(quoteIdentifier);
  const grant = `GRANT ${group} TO ${member}`;
  if (Number.parseInt(version, 10) < 16) {
    return [...(of.isDirect ? [] : [`${grant};`]), ...(inherits ? [] : [`ALTER ROLE ${member} INHERIT;`])].join(' ');
  }
  if (of.isDormant) return `${grant} WITH INHERIT TRUE${of.isAtHand ? '' : ', SET FALSE'};`;
  return `${grant}${inherits ? '' : ' WITH INHERIT TRUE'};`;
}

function lackingCreate(needed: readonly Right[], rights: Rights, place: Place, role: string): readonly Lacking[] {
  const [database, schema] = [place.database, place.schema].map(quoteIdentifier);
  const isNeeded = (right: Right['right']): boolean => needed.some((n) => n.right === right);
  const { databaseOwner, schemaOwner } = rights;
  return [
    ...(!rights.createSchema && isNeeded('create a schema')
      ? [
          {
            what: `create the schema ${place.schema}`,
            remedy: `GRANT CREATE ON DATABASE ${database} TO ${role};`,
            of: databaseOwner,
          },
        ]
      : []),
    ...(rights.createInSchema === false && isNeeded('create in the schema')
      ? [
          {
            what: `create in the schema ${place.schema}`,
            remedy: `GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${role};`,
            of: schemaOwner ?? databaseOwner,
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
      grants.some((grant) => grant.on === on && ((!hasAny && grant.shared !== true) || grant.lacking.includes(name))),
    ),
  ];
}

/** What the application's own role owns it could drop, so nothing is handed over to that one. */
const lackingMembership = (
  foreign: readonly Foreign[],
  inherits: boolean,
  place: Place,
  server: Question['server'],
): readonly Lacking[] =>
  [...new Set(foreign.map(({ owner }) => owner))].flatMap((owner) => {
    const theirs = foreign.filter((object) => object.owner === owner);
    const [first] = theirs;
    if (first === undefined) return [];
    const names = new Set(theirs.map(({ kind, name }) => `${kind} ${name}`));
    const role = quoteIdentifier(server.user);
    const handOver = theirs.map(
      ({ kind, name }) => `ALTER ${kind.toUpperCase()} ${qualified(place.schema, name)} OWNER TO ${role};`,
    );
    // Whoever is made a member of a superuser can become one.
    const own = first.ofSuperuser ? [...new Set(handOver)].join('\n') : membership(first, inherits, server);
    return [
      {
        what: `change what ${owner} owns: ${[...names].join(', ')}`,
        remedy:
          server.user === place.role && first.ofSuperuser
            ? 'leave them with that role, and migrate as an administrator'
            : own,
        of: first,
      },
    ];
  });

function lackingPrivileges(needed: readonly Right[], rights: Rights, place: Place, role: string): readonly Lacking[] {
  const used = new Set(needed.flatMap((n) => (n.right === 'use' ? [`${n.privilege} ${n.table}`] : [])));
  const lacking = rights.without.filter(({ privilege, table }) => used.has(`${privilege} ${table}`));
  return [...new Set(lacking.map(({ table }) => table))].flatMap((table) => {
    const those = lacking.filter((one) => one.table === table);
    const [of] = those;
    const privileges = those.map(({ privilege }) => privilege).join(', ');
    if (of === undefined) return [];
    return [
      {
        what: `use ${privileges} on the table ${table}`,
        remedy: `GRANT ${privileges} ON ${qualified(place.schema, table)} TO ${role};`,
        of,
      },
    ];
  });
}

/** Without the right to grant it the server only warns, and grants nothing. https://www.postgresql.org/docs/current/sql-grant.html */
const lackingGrants = (
  grants: readonly GrantObject[],
  { withheld, databaseOwner, schemaOwner }: Rights,
  place: Place,
): readonly Lacking[] =>
  grants
    .filter(({ on }) => withheld.includes(on))
    .map((grant) => ({
      what: `grant ${grant.lacking.join(', ')} on the ${grant.on} ${grant.on === 'schema' ? place.schema : place.database} to ${grant.role}`,
      remedy: `${grantStatement(grant, place.database)};`,
      of: (grant.on === 'schema' ? schemaOwner : null) ?? databaseOwner,
    }));
