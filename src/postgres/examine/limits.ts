import { passed, type Probe, warned } from '../../model/checkup.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { forCatalog } from '../session.ts';

/** How many connections are to be had, by whose limit. */
interface Room {
  readonly limit: string;
  readonly most: number;
  readonly used: number;
  readonly todo: string;
}

/** The pool of a runtime for TypeScript has as many unless it is told otherwise. */
const pool = 10;

/**
 * Connections that are still to be had: of the server, the database, and the role of the application. The counters of
 * the databases are everybody's to read, and count a few processes of the server's own too.
 * https://www.postgresql.org/docs/current/runtime-config-connection.html
 */
export const connections: Probe = {
  name: 'connections',
  ofDatabase: false,
  async ask(connection, { role }) {
    const found = await connection.query([...forCatalog, roomsQuery(role)]);
    const rooms = (found[0]?.['rooms'] ?? []) as readonly Room[];
    const tight = rooms.filter(({ most, used }) => most >= 0 && most - used < pool);
    const [server] = rooms;
    if (tight.length === 0) return [passed('connections', `${server?.used} of ${server?.most} are in use`)];
    return tight.map(({ limit, most, used, todo }) =>
      warned(
        'connections',
        `${used} of the ${most} that ${limit} allows are in use: fewer are left than the ${pool} that a runtime takes`,
        todo,
      ),
    );
  },
};

const roomsQuery = (role: string | null): string => `SELECT json_build_array(
  (SELECT json_build_object('limit', 'max_connections', 'used', (SELECT sum(numbackends) FROM pg_stat_database),
    'most', current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0),
    'todo', 'raise max_connections in the server, end connections that nobody needs, or make the pools of the application smaller')),
  (SELECT json_build_object('limit', 'the database ' || d.datname, 'most', d.datconnlimit,
    'used', (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid),
    'todo', format('ALTER DATABASE %I CONNECTION LIMIT -1;', d.datname))
    FROM pg_database d WHERE d.datname = current_database()),
  (SELECT json_build_object('limit', 'the role ' || r.rolname, 'most', r.rolconnlimit,
    'used', (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid),
    'todo', format('ALTER ROLE %I CONNECTION LIMIT -1;', r.rolname))
    FROM pg_roles r WHERE r.rolname = ${role === null ? 'current_user' : quoteLiteral(role)})) AS rooms`;

/** Where a setting stands, and how it is taken back there. */
export function resetOf(name: string, source: string, { role, database }: { role: string; database: string }): string {
  const [ofRole, ofDatabase] = [role, database].map(quoteIdentifier);
  switch (source) {
    case 'database user':
      return `ALTER ROLE ${ofRole} IN DATABASE ${ofDatabase} RESET ${name};`;
    case 'user':
      return `ALTER ROLE ${ofRole} RESET ${name};`;
    case 'database':
      return `ALTER DATABASE ${ofDatabase} RESET ${name};`;
    case 'client':
      return `take ${name} out of the options of the URL, or of PGOPTIONS`;
    default:
      return `take ${name} out of the server's configuration (${source}), or overrule it for the role: ALTER ROLE … SET ${name}`;
  }
}
