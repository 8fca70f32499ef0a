import type { Connection, Row } from '../../model/dialect.ts';
import type { Look } from '../../model/look.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { catalogTimeout, forCatalog } from '../session.ts';
import { nameIn } from './rows.ts';

/** What a server says it is, and what has to be known of it before anything is read. */
export interface Server {
  readonly product: string;
  readonly version: string;
  readonly user: string;
  readonly hasSchema: boolean;
  readonly hasRole: boolean;
  readonly hasAlternative: boolean;
}

/** All of it is common to PostgreSQL and to those that speak as it does. */
const query = ({ schema, role, alternative }: Look): string => `SELECT version() AS version, current_user AS "user",
  EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${quoteLiteral(schema)}) AS schema,
  EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(role ?? '')}) AS role,
  EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(alternative ?? '')}) AS alternative`;

/** `PostgreSQL 16.4 on x86_64…`, `CockroachDB CCL v25.4.2 (x86_64…)`. */
const pattern = /^(\w+)\b.*?\bv?(\d[^\s,()]*)/;

/** @throws QueryError where the server cannot answer */
export async function askServer(connection: Connection, look: Look): Promise<Server> {
  const [row = {}] = await connection.query(query(look), { timeout: catalogTimeout + 5_000 });
  const [, product = 'unknown', version = ''] = pattern.exec(nameIn(row, 'version')) ?? [];
  return {
    product,
    version,
    user: nameIn(row, 'user'),
    hasSchema: row['schema'] === true,
    hasRole: row['role'] === true,
    hasAlternative: row['alternative'] === true,
  };
}

export const isPostgres = ({ product }: Server): boolean => product === 'PostgreSQL';

/** Rows of one query. */
export type Ask = (sql: string) => Promise<readonly Row[]>;

/**
 * Asks with the settings that let PostgreSQL print whole names, and refuse a query from which row security would keep
 * rows; no other server need know these.
 */
export function asking(connection: Connection, server: Server): Ask {
  const settings = isPostgres(server) ? [...forCatalog, 'SET LOCAL row_security = off'] : [];
  return (sql) => connection.query([...settings, sql], { timeout: catalogTimeout + 5_000 });
}
