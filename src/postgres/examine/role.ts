import { passed, type Probe, warned } from '../../model/checkup.ts';
import { identifierAsPrinted, quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { forCatalog } from '../session.ts';

interface RoleRow {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly createDatabase: boolean;
  readonly createSchema: boolean;
  readonly groups: readonly string[];
  readonly ownsSchema: boolean | null;
  /** The day on which its password ends, where that is near. */
  readonly ends: string | null;
}

/**
 * Who is connected, and what it may do.
 * https://www.postgresql.org/docs/current/view-pg-roles.html
 */
export const role: Probe = {
  name: 'role',
  ofDatabase: false,
  async ask(connection, { schema, exists }) {
    const rows = await connection.query([...forCatalog, roleQuery(schema)]);
    const found = rows[0]?.['role'] as RoleRow;
    const seen = [found.name, ...powers(found, exists ? schema : null)].join('; ');
    if (found.ends === null) return [passed('role', seen)];
    const todo = `ALTER ROLE ${quoteIdentifier(found.name)} VALID UNTIL 'infinity';`;
    return [warned('role', `${seen}; its password is valid until ${found.ends}`, todo)];
  },
};

const roleQuery = (schema: string): string => `SELECT json_build_object(
  'name', r.rolname, 'isSuperuser', r.rolsuper, 'createDatabase', r.rolcreatedb,
  'createSchema', has_database_privilege(current_database(), 'CREATE'),
  'groups', (SELECT coalesce(json_agg(g.rolname || CASE WHEN pg_has_role(g.oid, 'USAGE') THEN '' ELSE ' (without its rights)' END ORDER BY g.rolname), '[]')
    FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid),
  'ownsSchema', (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = ${quoteLiteral(schema)}),
  'ends', CASE WHEN r.rolvaliduntil < now() + interval '14 days' THEN r.rolvaliduntil::date::text END) AS role
  FROM pg_roles r WHERE r.rolname = current_user`;

function powers(row: RoleRow, schema: string | null): readonly string[] {
  if (row.isSuperuser) return ['a superuser'];
  const { ownsSchema, groups } = row;
  const name = schema === null ? '' : identifierAsPrinted(schema);
  return [
    `may${row.createDatabase ? '' : ' not'} create databases`,
    ...(schema === null ? [] : [`may${row.createSchema ? '' : ' not'} create schemas in this one`]),
    ...(schema === null || ownsSchema === null
      ? []
      : [ownsSchema ? `has the rights of the owner of the schema ${name}` : `does not own the schema ${name}`]),
    groups.length === 0 ? 'member of no other role' : `member of ${groups.join(', ')}`,
  ];
}
