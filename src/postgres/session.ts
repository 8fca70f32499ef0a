/**
 * The settings of a session that change what a statement of ours means, or how the server prints what it is asked for.
 * Look, work, script and record share them, so that what a role, a database or an operator has set makes no difference.
 * https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const settings: Readonly<Record<string, string>> = {
  // A function or a type of somebody else could stand before one of the system's.
  search_path: 'pg_catalog, pg_temp',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  client_encoding: `'UTF8'`,
  datestyle: `'ISO, MDY'`,
  intervalstyle: `'postgres'`,
  extra_float_digits: '1',
  bytea_output: `'hex'`,
  xmloption: `'content'`,
  // A table without a place or a method of its own gets that of a fresh database.
  default_tablespace: `''`,
  default_table_access_method: 'heap',
  check_function_bodies: 'on',
};

/** The settings as statements that hold to the end of the transaction. */
export const forTransaction: readonly string[] = Object.entries(settings).map(
  ([name, value]) => `SET LOCAL ${name} = ${value}`,
);

/**
 * The same for a session that changes something. No limit of the role's or the database's may cut off a statement that
 * needs its time, and triggers fire: with another replication role, foreign keys would not be looked at. The limit for
 * transactions came with PostgreSQL 17; only a superuser may change the replication role, and only one has another.
 * https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-TRANSACTION-TIMEOUT
 */
export const forSession: readonly string[] = [
  ...Object.entries(settings).map(([name, value]) => `SET ${name} = ${value}`),
  `SELECT set_config(name, '0', false) FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout') AND setting <> '0'`,
  `SELECT set_config(name, 'origin', false) FROM pg_settings WHERE name = 'session_replication_role' AND setting <> 'origin'`,
];

/** Milliseconds after which a server that does not answer a query of the catalog is given up. */
export const catalogTimeout = 60_000;

/**
 * The settings for a query of the catalog. What an index or a default says cannot be printed while somebody else alters
 * its table: that limit is shorter, so that the server tells a lock from other reasons.
 */
export const forCatalog: readonly string[] = [
  ...forTransaction,
  `SET LOCAL statement_timeout = ${catalogTimeout}`,
  `SET LOCAL lock_timeout = ${catalogTimeout - 10_000}`,
];
