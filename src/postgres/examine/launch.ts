import { failed, type Finding, passed, type Probe, type Subject, unseen } from '../../model/checkup.ts';
import type { Connection } from '../../model/dialect.ts';
import { QueryError } from '../../model/errors.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { forCatalog } from '../session.ts';

interface Sight {
  readonly role: string;
  readonly connects: boolean;
  /** Null where there is no such table. */
  readonly sees: boolean | null;
  readonly uses: boolean | null;
  readonly reads: boolean | null;
}

/**
 * What a runtime finds at its launch: it asks information_schema.tables for the table of its version, and reads it. Where
 * it does not find it, it takes the schema for missing and sets out to make it.
 */
export const launch: Probe = {
  name: 'launch',
  ofDatabase: true,
  async ask(connection, subject) {
    const { versionTable, schema, role } = subject;
    if (versionTable === null) return [];
    const rows = await connection.query([...forCatalog, sightQuery(schema, versionTable, role)]);
    const sight = rows[0]?.['sight'] as Sight | undefined;
    if (sight === undefined) return [unseen('launch', `there is no role ${role}`)];
    const table = `${schema}.${versionTable}`;
    if (sight.sees === null) return [unseen('launch', `there is no table ${table}`)];
    const hindrance = hindranceOf(sight, table, subject);
    return [hindrance ?? (await versionFinding(connection, sight, subject))];
  },
};

/**
 * The condition of information_schema.tables, asked for a role by its name: a table is shown to whom it belongs, and to
 * whom has any privilege on it or on a column of it.
 * https://www.postgresql.org/docs/current/infoschema-tables.html
 */
const sightQuery = (schema: string, table: string, role: string | null): string => `SELECT json_build_object(
  'role', r.rolname, 'connects', has_database_privilege(r.oid, current_database(), 'CONNECT'),
  'sees', pg_has_role(r.oid, c.relowner, 'USAGE')
    OR has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
    OR has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'),
  'uses', has_schema_privilege(r.oid, n.oid, 'USAGE'), 'reads', has_table_privilege(r.oid, c.oid, 'SELECT')) AS sight
  FROM pg_roles r LEFT JOIN pg_namespace n ON n.nspname = ${quoteLiteral(schema)}
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = ${quoteLiteral(table)} AND c.relkind IN ('r', 'p', 'v', 'f')
  WHERE r.rolname = ${role === null ? 'current_user' : quoteLiteral(role)}`;

function hindranceOf({ role, connects, sees, uses, reads }: Sight, table: string, subject: Subject): Finding | null {
  const may = (what: string): string => `${role} may not ${what}, so its runtime cannot start`;
  const grantAll =
    subject.role === null
      ? `as the owner: dbos migrate --app-role ${role}`
      : `as the owner: dbos migrate --app-role ${subject.role}, which grants it all that it needs`;
  if (!connects) return failed('launch', may(`connect to ${subject.database}`), grantAll);
  if (sees === false) {
    return failed(
      'launch',
      `${role} does not see ${table} in information_schema.tables: its runtime takes the schema for version 0, sets out to make it, and fails with "permission denied"`,
      grantAll,
    );
  }
  if (uses !== true) return failed('launch', may(`use the schema ${subject.schema}`), grantAll);
  return reads === true ? null : failed('launch', may(`read ${table}`), grantAll);
}

/** One row is what a runtime knows how to read. The connected role need not be the one that was asked about. */
async function versionFinding(connection: Connection, { role }: Sight, subject: Subject): Promise<Finding> {
  const { schema, versionTable } = subject;
  const table = `${schema}.${versionTable}`;
  try {
    const from = `${quoteIdentifier(schema)}.${quoteIdentifier(versionTable ?? '')}`;
    const rows = await connection.query([...forCatalog, `SELECT version::text FROM ${from} ORDER BY 1 DESC LIMIT 10`]);
    const versions = rows.map(({ version }) => String(version));
    if (versions.length === 1) return passed('launch', `${role} sees ${table}, and reads version ${versions[0]}`);
    const said = versions.length === 0 ? 'has no row' : `has more than one row: ${versions.join(', ')}`;
    return failed('launch', `${table} ${said}, where a runtime reads one`, 'dbos migrate leaves the right one');
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return passed('launch', `${role} sees ${table}; which version it reads, the connected role may not see`);
  }
}
