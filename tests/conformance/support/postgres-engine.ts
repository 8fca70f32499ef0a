import { createHash } from 'node:crypto';
import { Client, escapeIdentifier as quote } from 'pg';
import { systemDefinitions } from '../../../schema/index.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import type { Database, Engine } from './database.ts';
import { readingsApart } from './readings.ts';
import type { Table } from './sample-rows.ts';

export interface PostgresEngine extends Engine {
  readonly server: PostgresServer;
}

/** The schema of the system tables in all prior states. */
const schema = 'dbos';

/** Starts a server that logs all that writes, and nothing else where nothing else is asked for. */
export async function startPostgresEngine(major: number, logged: 'mod' | 'all' = 'mod'): Promise<PostgresEngine> {
  const server = await startPostgres({ major, settings: { log_statement: logged }, password: 'conformance' });
  return {
    name: `PostgreSQL ${major}`,
    server,
    create: (prefix) => server.createDatabase(prefix),
    async copy(url) {
      const copy = await server.createDatabase('copy');
      await server.query(`DROP DATABASE ${nameOf(copy)}`);
      await server.query(`CREATE DATABASE ${nameOf(copy)} TEMPLATE ${nameOf(url)}`);
      return copy;
    },
    open: (url, use) => withClient(url, (client) => use(databaseOf(client))),
    async writesDuring(urls, run) {
      await server.mark();
      await run();
      return (await Promise.all(urls.map((url) => server.messages(nameOf(url))))).flat();
    },
    readingsApart,
    async drop(url) {
      await server.query(`DROP DATABASE ${nameOf(url)} WITH (FORCE)`);
    },
  };
}

export const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** Opens a connection for one task. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, ssl: false });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function databaseOf(client: Client): Database {
  const rows: Database['rows'] = async (table, columns) => {
    const found = await client.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM (SELECT ${columns.map(quote).join(', ')} FROM ${quote(schema)}.${quote(table)}) t`,
    );
    return sorted(found.rows.map(({ row }) => row));
  };
  return {
    rows,
    async tables() {
      return (await client.query<Table>(tables, [schema])).rows;
    },
    async insert(table, row) {
      const names = Object.keys(row);
      await client.query(
        `INSERT INTO ${quote(schema)}.${quote(table)} (${names.map(quote).join(', ')})
         VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
        Object.values(row),
      );
    },
    async text() {
      await client.query('SET search_path = pg_catalog');
      const found = await client.query<{ line: string; body: string | null; name: string }>(text, [schema]);
      return sorted(
        found.rows.map(({ line, body, name }) => (body === null ? line : `${line} ${bodyText(name, body)}`)),
      );
    },
    async others() {
      const { rows: found } = await client.query<{ all: string }>(others, [schema]);
      return found.map(({ all }) => all).join('\n');
    },
    async execute(sql, values) {
      await client.query(sql, values === undefined ? undefined : [...values]);
    },
  };
}

const sorted = (lines: readonly string[]): readonly string[] => lines.toSorted((a, b) => (a < b ? -1 : 1));

const tables = `
SELECT c.relname AS name,
  (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
     'required', a.attnotnull AND NOT a.atthasdef) ORDER BY a.attnum), '[]')
   FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
  (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('column', a.attname, 'table', f.relname)), '[]')
   FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
   WHERE k.conrelid = c.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1) AS references
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY c.relname`;

const others = `
SELECT c.oid::regclass || ' ' || query_to_xml('SELECT * FROM ' || c.oid::regclass, true, false, '')::text AS all
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ($1, 'pg_catalog', 'information_schema') ORDER BY 1`;

/** A body that the runtime made stays as it is and is not ours word for word. */
function bodyText(name: string, body: string): string {
  const ours = systemDefinitions.functions.find((f) => f.name === name);
  const hash = createHash('md5').update(body.replaceAll(/\s+/g, ' ')).digest('hex');
  const isEqual =
    [ours?.body('"dbos"'), ours?.body('dbos')].includes(body) || ours?.equivalents.includes(hash) === true;
  return isEqual ? 'as declared' : body;
}

/** A NOT NULL has a name since PostgreSQL 18, which nobody chose and which stays when its table is renamed. */
const text = `
WITH rel AS (SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1)
SELECT concat_ws(' ', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE c.relkind::text END,
    c.relname, c.relpersistence, c.relreplident, c.relrowsecurity, c.reloptions, c.relacl,
    CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END) AS line, NULL AS body, c.relname AS name
FROM rel c WHERE c.relkind NOT IN ('i', 't', 'c')
UNION ALL
SELECT concat_ws(' ', 'column', concat(c.relname, '.', a.attname), format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
    a.attidentity, a.attgenerated, a.attcollation::regcollation, a.attstorage, a.attacl), NULL, a.attname
FROM rel c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT concat_ws(' ', 'constraint', concat(c.relname, '.', CASE WHEN k.contype <> 'n' THEN k.conname END), pg_get_constraintdef(k.oid), k.convalidated), NULL, k.conname
FROM rel c JOIN pg_constraint k ON k.conrelid = c.oid
UNION ALL
SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indislive,
    i.indimmediate, i.indisclustered, i.indisreplident), NULL, c.relname
FROM rel c JOIN pg_index i ON i.indexrelid = c.oid
UNION ALL
SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled), NULL, t.tgname
FROM rel c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT concat_ws(' ', 'rule', pg_get_ruledef(r.oid)), NULL, r.rulename FROM rel c JOIN pg_rewrite r ON r.ev_class = c.oid
UNION ALL
SELECT concat_ws(' ', 'policy', c.relname, p.polname), NULL, p.polname FROM rel c JOIN pg_policy p ON p.polrelid = c.oid
UNION ALL
SELECT concat_ws(' ', 'function', replace(pg_get_functiondef(p.oid), p.prosrc, '…'), p.proacl), p.prosrc, p.proname
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1
UNION ALL
SELECT concat_ws(' ', 'type', t.typname), NULL, t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = $1 AND t.typrelid = 0 AND t.typelem = 0`;
