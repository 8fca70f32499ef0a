import type { Connection, LiveState, Row, Scope } from '../../model/dialect.ts';
import { catalogOf } from '../../model/catalog.ts';
import { QueryError, UserError } from '../../model/errors.ts';
import { maskUrl } from '../../secrets/mask-url.ts';
import { quoteLiteral } from '../../sql/quote.ts';

const timeout = 60_000;

/** What is true of every CockroachDB until somebody has tried this release on one. */
export const untried = {
  readOnly: 'on CockroachDB this release only plans; --dry-run prints the statements, for you to run',
  caveat: 'nobody has tried these statements on CockroachDB yet: read them before you run them',
} as const;

/**
 * Asked only after the catalog query has failed, as it must on CockroachDB, which has no XML and so no query_to_xml:
 * a PostgreSQL that answers is never asked twice. All of it is common to both.
 */
const query = ({ schema, role }: Scope): string => `SELECT version() AS version, current_user AS "user",
  EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${quoteLiteral(schema)}) AS schema,
  EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(role ?? '')}) AS role`;

/**
 * What is there, if the server is a CockroachDB: nothing, where the schema is not there yet.
 * @param failure what became of a query that only PostgreSQL can answer
 * @throws the failure, where the server is none; UserError where the schema is there, since nobody has yet seen how a
 * cluster prints what stands in it
 */
export async function cockroachInstead(connection: Connection, scope: Scope, failure: unknown): Promise<LiveState> {
  const facts = failure instanceof QueryError ? await ask(connection, scope) : null;
  const version = /^CockroachDB.*? v(\S+)/.exec(String(facts?.['version']))?.[1];
  if (facts === null || version === undefined) throw failure;
  if (facts['schema'] === true) {
    throw new UserError(`the schema ${scope.schema} stands on CockroachDB, where this release can read none`, {
      where: maskUrl(connection.url),
      hint: 'compare it by hand: --dry-run with a --schema that is not there prints all statements of a new one',
      cause: failure,
    });
  }
  return {
    catalog: catalogOf([{ kind: 'database', name: scope.database }]),
    server: {
      product: 'CockroachDB',
      version,
      ...untried,
      roleExists: scope.role === null || facts['role'] === true,
      user: String(facts['user']),
      strangers: [],
    },
  };
}

/** Null where this fails too: then the first failure says more. */
const ask = async (connection: Connection, scope: Scope): Promise<Row | null> =>
  connection.query(query(scope), { timeout }).then(
    ([row]) => row ?? null,
    () => null,
  );
