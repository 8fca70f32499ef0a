import { distance } from '../model/nearest.ts';

/** A mapping of the file: its top level, or what stands under a key of the top level. */
export type Section = 'top' | 'database' | 'runtimeConfig' | 'runtime_config' | 'telemetry' | 'http';

interface Key {
  readonly section: 'top' | 'database';
  readonly key: string;
}

/** The keys that are read. */
const ours: readonly Key[] = [
  ...[
    'name',
    'system_database_url',
    'application_database_url',
    'database_url',
    'dbos_system_schema',
    'system_database_schema_name',
    'app_role',
    'use_listen_notify',
    'database',
  ].map((key) => ({ section: 'top' as const, key })),
  ...['migrate', 'ignore'].map((key) => ({ section: 'database' as const, key })),
];

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Keys of the runtimes and of their own command lines, old and new ones: TypeScript 1 to 5, Python 0.5 to 3.4, Go 0.6.
 * They are named here so that none of them is taken for a misspelt one of ours.
 * https://docs.dbos.dev/python/reference/configuration
 */
const theirs: { readonly [S in Section]: readonly string[] } = {
  top: words(`
    language runtimeConfig runtime_config telemetry http application env version
    run_migrations sharding system_database_engine system_database_polling_concurrency
    sys_db_name sys_db_pool_size sys_db_polling_concurrency sys_db_idle_transaction_timeout_sec
    app_db_pool_size db_engine_kwargs
  `),
  database: words(`
    hostname port username password connectionTimeoutMillis ssl ssl_ca local_suffix
    app_db_name sys_db_name app_db_client app_db_pool_size sys_db_pool_size sys_db_polling_concurrency
    db_engine_kwargs sys_db_engine_kwargs sys_db_idle_transaction_timeout_sec rollback
  `),
  runtimeConfig: [],
  runtime_config: [],
  telemetry: [],
  http: [],
};

/** Keys that look like a server's address in the files of releases that knew no URL. */
export const addressKeys: readonly string[] = ['hostname', 'username', 'sys_db_name'];

/** What people write for a key of ours by the names of flags and variables, without the words that they are made of. */
const otherNames: Readonly<Record<string, string>> = {
  schema: 'dbos_system_schema',
  databaseschema: 'dbos_system_schema',
  systemdatabaseschema: 'dbos_system_schema',
  role: 'app_role',
  listennotify: 'use_listen_notify',
  systemurl: 'system_database_url',
  systemdatabase: 'system_database_url',
  applicationurl: 'application_database_url',
  applicationdatabase: 'application_database_url',
  migration: 'migrate',
  migrations: 'migrate',
};

/** Short forms in the names of flags, keys and variables. */
const longForms: Readonly<Record<string, string>> = { sys: 'system', app: 'application', db: 'database' };

/** A key without its spelling: `systemDatabaseUrl`, `sys_db_url` and `DBOS_SYSTEM_DATABASE_URL` are one. */
const bare = (key: string): string =>
  key
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/^dbos[_-]/, '')
    .split(/[_-]/)
    .map((word) => longForms[word] ?? word)
    .join('');

/** Keys of ours that many others have too. */
const commonWords: ReadonlySet<string> = new Set(['name', 'database', 'ignore']);

/** The path of the key that was meant; null for one that is read, is somebody else's, or is like none of ours. */
export function meantKey(key: string, section: Section): string | null {
  if (theirs[section].includes(key) || ours.some((found) => found.key === key && found.section === section))
    return null;
  // What stands deeper is others', unless it has the whole name of something that is ours alone.
  if (section !== 'top' && section !== 'database')
    return pathOf(ours.find((found) => found.key === key && !commonWords.has(key)));
  const given = bare(key);
  const same = ours.find((found) => bare(found.key) === given || found.key === otherNames[given]);
  if (same?.key === 'name' && section !== 'top') return null;
  return pathOf(same ?? nearestTo(given));
}

/** The key that is most like this one, where one is near enough. */
const nearestTo = (given: string): Key | undefined =>
  ours
    .map((found) => ({ found, letters: distance(given, bare(found.key)) }))
    .filter(({ found, letters }) => letters <= tolerance(given, bare(found.key)))
    .toSorted((a, b) => a.letters - b.letters)[0]?.found;

const pathOf = (found: Key | undefined): string | null => {
  if (found === undefined) return null;
  return found.section === 'top' ? found.key : `${found.section}.${found.key}`;
};

/** How many letters of a key may be wrong. Short words are near to many others. */
const tolerance = (given: string, meant: string): number => (given.length > 100 ? 0 : Math.floor(meant.length / 6));

const variables = [
  'DBOS_SYSTEM_DATABASE_URL',
  'DBOS_DATABASE_URL',
  'DBOS_APPLICATION_DATABASE_URL',
  'DBOS_APP_ROLE',
  'DBOS_CONFIG',
];

/** The variable that was meant by one of the environment that nobody reads; null where there is none. */
export function meantVariable(name: string): string | null {
  if (!name.startsWith('DBOS_') || name.startsWith('DBOS__') || variables.includes(name) || name.length > 100)
    return null;
  const meant = variables.find((known) => bare(known) === bare(name));
  return meant ?? variables.find((known) => distance(name, known) <= 2) ?? null;
}
