import type { Client } from 'pg';
import { systemDefinitions } from '../schema/index.ts';
import { lookFor, type Scope } from '../src/model/look.ts';
import { catalogQuery } from '../src/postgres/catalog-query.ts';
import { check, migrate } from '../tests/conformance/support/migrate.ts';
import { nameOf, withClient } from '../tests/conformance/support/postgres-engine.ts';
import type { PostgresServer } from '../tests/support/postgres.ts';
import { compare, type Comparison, interleave, type Side, time } from './support/measure.ts';
import { withServer } from './support/server.ts';

const OTHERS = 5000;
const names = systemDefinitions.tables.map(({ name }) => `'${name}'`).join(', ');

/** What other tables in the database cost, and what the two ways to ask for ours do. */
export default async function catalog(): Promise<readonly Comparison[]> {
  return withServer(async (server) => {
    const alone = await upToDate(server);
    const elsewhere = await upToDate(server, 'elsewhere');
    const beside = await upToDate(server, 'dbos');
    return [
      ...(await checks(alone, elsewhere, beside)),
      ...(await withClient(elsewhere, (client) => ways(client, 'elsewhere'))),
      ...(await withClient(beside, byName)),
    ];
  });
}

/** Makes a database that is in sync, with many tables of somebody else in a schema. */
async function upToDate(server: PostgresServer, schema?: string): Promise<string> {
  const url = await server.createDatabase();
  await migrate({ systemUrl: url });
  if (schema === undefined) return url;
  await server.query(
    `CREATE SCHEMA IF NOT EXISTS ${schema};
     DO $$ BEGIN FOR i IN 1 .. ${OTHERS} LOOP
       EXECUTE format('CREATE TABLE ${schema}.other_%s (id bigint PRIMARY KEY, name text NOT NULL,
         parent bigint REFERENCES ${schema}.other_%s, at timestamptz DEFAULT now())', i, i);
     END LOOP; END $$`,
    nameOf(url),
  );
  // What autovacuum, which is off here, would have done by now.
  await server.query(
    'VACUUM ANALYZE pg_class, pg_attribute, pg_attrdef, pg_constraint, pg_depend, pg_index, pg_namespace, pg_trigger, pg_type',
    nameOf(url),
  );
  return url;
}

/** In this process, so that the time a program takes to start does not bring the ratio nearer to 1. */
async function checks(alone: string, elsewhere: string, beside: string): Promise<readonly Comparison[]> {
  const checked = (systemUrl: string) => () => time(() => check({ systemUrl }));
  const found = await interleave(15, {
    alone: checked(alone),
    elsewhere: checked(elsewhere),
    beside: checked(beside),
  });
  const side: Side = ['our tables alone', found.alone];
  return [
    compare('migrate --check', side, [`and ${OTHERS} in another schema`, found.elsewhere]),
    compare('migrate --check', side, [`and ${OTHERS} in the same schema`, found.beside]),
  ];
}

/** The same questions about our tables, asked of the engine's own catalog and of the standard's. */
async function ways(client: Client, where: string): Promise<readonly Comparison[]> {
  const asked = (sql: string) => () => time(() => client.query(sql));
  const found = await interleave(15, {
    columns: asked(columns.pg),
    standardColumns: asked(columns.standard),
    keys: asked(keys.pg),
    standardKeys: asked(keys.standard),
  });
  const [pg, standard] = ['pg_catalog', 'information_schema'];
  return [
    compare(`columns, ${OTHERS} tables ${where}`, [pg, found.columns], [standard, found.standardColumns]),
    compare(`keys, ${OTHERS} tables ${where}`, [pg, found.keys], [standard, found.standardKeys]),
  ];
}

const columns = {
  pg: `SELECT c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE n.nspname = 'dbos' AND c.relname IN (${names})`,
  standard: `SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'dbos' AND table_name IN (${names})`,
};

const keys = {
  pg: `SELECT c.relname, k.conname, k.contype, f.relname, k.confdeltype,
      (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(attnum, n)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f') LEFT JOIN pg_class f ON f.oid = k.confrelid
    WHERE n.nspname = 'dbos' AND c.relname IN (${names})`,
  standard: `SELECT t.table_name, t.constraint_name, t.constraint_type, r.unique_constraint_name, r.delete_rule,
      json_agg(k.column_name ORDER BY k.ordinal_position)
    FROM information_schema.table_constraints t
    JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name, table_name)
    LEFT JOIN information_schema.referential_constraints r USING (constraint_schema, constraint_name)
    WHERE t.table_schema = 'dbos' AND t.table_name IN (${names}) GROUP BY 1, 2, 3, 4, 5`,
};

/** Our query as it is, and as it would be if it asked for all tables of the schema. */
async function byName(client: Client): Promise<readonly Comparison[]> {
  const scope: Scope = { database: client.database ?? '', schema: 'dbos', definitions: systemDefinitions, role: null };
  const look = lookFor(scope);
  await client.query('SET search_path = pg_catalog');
  const found = await interleave(5, {
    ours: () => time(() => client.query(catalogQuery(look))),
    all: () => time(() => client.query(catalogQuery({ ...look, relations: null }))),
  });
  return [compare(`the catalog query, ${OTHERS} tables beside`, ['our tables', found.ours], ['all tables', found.all])];
}
