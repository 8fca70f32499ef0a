import { catalogOf } from '../../model/catalog.ts';
import type { Connection, LiveState, Row } from '../../model/dialect.ts';
import { type ErrorDetails, QueryError, UserError } from '../../model/errors.ts';
import type { Look } from '../../model/look.ts';
import { maskUrl } from '../../secrets/mask-url.ts';
import { quoteLiteral } from '../../sql/quote.ts';

const timeout = 60_000;

/** What is true of every CockroachDB until somebody has tried this release on one. */
const untried = {
  readOnly: 'on CockroachDB this release only plans; --dry-run prints the statements, for you to run',
  caveat: 'nobody has tried these statements on CockroachDB yet: read them before you run them',
} as const;

/**
 * Asked only after the catalog query has failed, as it must on CockroachDB, which has no XML and so no query_to_xml:
 * a PostgreSQL that answers is never asked twice. All of it is common to both.
 */
const query = ({ schema, role }: Look): string => `SELECT version() AS version, current_user AS "user",
  EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${quoteLiteral(schema)}) AS schema,
  EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(role ?? '')}) AS role`;

/**
 * Reads what is there, if the server turns out to be a CockroachDB: nothing, where the schema is not there yet.
 * @param failure what became of a query that only PostgreSQL can answer
 * @throws the failure, where the server is none; UserError where the schema is there, since nobody has yet seen how a
 * cluster prints what stands in it
 */
export async function cockroachInstead(connection: Connection, look: Look, failure: unknown): Promise<LiveState> {
  // Where this fails too, the first failure says more.
  const facts = failure instanceof QueryError ? await ask(connection, look).catch(() => null) : null;
  if (facts === null) throw failure;
  return stateOf(facts, look, { where: maskUrl(connection.url), cause: failure });
}

/** The same of a server that is known to be one. */
export async function introspect(connection: Connection, look: Look): Promise<LiveState> {
  const facts = await ask(connection, look);
  if (facts === null) throw new Error('the server is no CockroachDB');
  return stateOf(facts, look, { where: maskUrl(connection.url) });
}

interface Found {
  readonly version: string;
  readonly row: Row;
}

/** Null where the server is something else. */
async function ask(connection: Connection, look: Look): Promise<Found | null> {
  const [row = {}] = await connection.query(query(look), { timeout });
  const version = /^CockroachDB.*? v(\S+)/.exec(String(row['version']))?.[1];
  return version === undefined ? null : { version, row };
}

function stateOf({ version, row }: Found, { schema, role, database }: Look, details: ErrorDetails): LiveState {
  if (row['schema'] === true) {
    throw new UserError(`the schema ${schema} stands on CockroachDB, where this release can read none`, {
      ...details,
      hint: 'compare it by hand: --dry-run with a --schema that is not there prints all statements of a new one',
    });
  }
  return {
    catalog: catalogOf([{ kind: 'database', name: database }]),
    facts: new Map(),
    notes: new Map(),
    server: {
      product: 'CockroachDB',
      version,
      ...untried,
      roleExists: role === null || row['role'] === true,
      hasAlternative: false,
      user: String(row['user']),
      strangers: [],
    },
    // Nothing is written there.
    lackingRights: () => [],
  };
}
