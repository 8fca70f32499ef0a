import type { HazardName } from '../model/hazard.ts';
import { engines } from '../operations/engines.ts';
import { catalogNames } from '../operations/request.ts';
import { colourings } from './terminal.ts';

/** One flag, as the parser, the help, the errors, the shells and the man page know it. */
export interface Flag {
  /** As they are given, the short one first. */
  readonly names: string;
  /** What stands for its value in a usage text; null for a flag that takes none. */
  readonly value: string | null;
  readonly about: string;
  /** All that its value may be, where the parser takes nothing else. */
  readonly values?: readonly string[];
  /** Whether it may be given several times. */
  readonly repeats?: true;
  /** Variables of the environment that say the same, the first one first. */
  readonly variables?: readonly string[];
}

/** A flag whose values are a closed list. */
export type ClosedFlag<W extends string = string> = Flag & { readonly values: readonly W[] };

/** A word that stands behind a command, one of a closed list. */
export interface Argument {
  /** What stands for it in a text. */
  readonly name: string;
  readonly values: readonly string[];
}

/** All flags of all commands. */
export const flags = {
  systemUrl: {
    names: '-s,--sys-db-url',
    value: 'URL',
    about: 'System database',
    variables: ['DBOS_SYSTEM_DATABASE_URL'],
  },
  applicationUrl: {
    names: '-D,--db-url',
    value: 'URL',
    about: 'Application database',
    variables: ['DBOS_DATABASE_URL', 'DBOS_APPLICATION_DATABASE_URL'],
  },
  role: {
    names: '-r,--app-role',
    value: 'ROLE',
    about: 'Role to grant all that an application needs (PostgreSQL)',
    variables: ['DBOS_APP_ROLE'],
  },
  schema: { names: '--schema', value: 'NAME', about: 'Schema of the system tables, dbos unless given (PostgreSQL)' },
  config: {
    names: '--config',
    value: 'FILE',
    about: 'Configuration file; otherwise ./dbos-config.yaml where it exists',
    variables: ['DBOS_CONFIG'],
  },
  plan: { names: '--plan', value: null, about: 'Show what would happen, and change nothing' },
  dryRun: { names: '--dry-run', value: null, about: 'Print the SQL that would run, and change nothing' },
  check: { names: '--check', value: null, about: 'Exit with 2 when something differs, and change nothing' },
  printMigrations: {
    names: '--print-migrations',
    value: null,
    about: 'Print the SQL that makes all system tables, and with --app-role the grants; connect to nothing',
  },
  printUserRole: {
    names: '--print-user-role',
    value: null,
    about: 'Print the grants for the role of --app-role; connect to nothing',
  },
  dialect: {
    names: '--dialect',
    value: 'DIALECT',
    about: 'postgres (unless given), sqlite or cockroachdb: the SQL of --print-migrations',
    values: engines,
  },
  format: {
    names: '--format',
    value: 'FORMAT',
    about: 'text, json, sql, diff, markdown (for a pull request) or github (for a workflow), for --plan and --check',
    values: ['text', 'json', 'sql', 'diff', 'markdown', 'github'],
  },
  out: { names: '--out', value: 'FILE', about: 'Write what --plan, --check or another flag prints to a file' },
  historyFormat: { names: '--format', value: 'FORMAT', about: 'text or json', values: ['text', 'json'] },
  limit: { names: '--limit', value: 'NUMBER', about: 'How many records of each database, 20 unless given' },
  introspect: {
    names: '--introspect',
    value: 'CATALOG',
    about:
      'pg_catalog (unless given) or information_schema, which shows less: the catalog that a look reads (PostgreSQL)',
    values: catalogNames,
  },
  allow: {
    names: '--allow',
    value: 'HAZARD',
    about:
      'data-loss: let rows, columns and values go: tables of earlier releases with their rows, and values that a change of type does not keep',
    values: ['data-loss'] satisfies readonly HazardName[],
    repeats: true,
  },
  ignore: {
    names: '--ignore',
    value: 'PATTERN',
    about: 'Leave objects of yours whose id matches out of reports; * stands for any text',
    repeats: true,
  },
  adopt: {
    names: '--adopt',
    value: 'ID',
    about: 'Take the object for one of DBOS, whatever it looks like; may be repeated',
    repeats: true,
  },
  noListenNotify: {
    names: '--no-listen-notify',
    value: null,
    about: 'The application polls: make no trigger that sends NOTIFY',
  },
  yes: { names: '-y,--yes', value: null, about: 'Go ahead without asking' },
  keepSchema: {
    names: '--keep-schema',
    value: null,
    about: 'Empty the tables, and keep them with their grants',
  },
  cascade: {
    names: '--cascade',
    value: null,
    about: 'Also drop views and foreign keys of yours that depend on the tables',
  },
  port: { names: '--port', value: 'PORT', about: 'Port on 127.0.0.1, 5432 unless given' },
  password: { names: '--password', value: 'PASSWORD', about: 'Password of the superuser postgres, dbos unless given' },
  image: { names: '--image', value: 'IMAGE', about: 'Image of PostgreSQL, postgres:16 unless given' },
  volume: { names: '--volume', value: 'NAME', about: 'Volume of the data, dbos_postgres_data unless given' },
  timeout: {
    names: '--timeout',
    value: 'SECONDS',
    about: 'How long the started server may take until it answers a query, 60 unless given',
  },
  volumes: { names: '--volumes', value: null, about: 'Also remove the container and its volume, with all databases' },
  quiet: { names: '-q,--quiet', value: null, about: 'Print errors only; the exit code says the rest' },
  color: {
    names: '--color',
    value: 'WHEN',
    about: 'auto (unless given), always or never: colour in plans and errors',
    values: colourings,
  },
  verbose: {
    names: '--verbose',
    value: null,
    about: 'Name each object that is changed, and how long each part takes',
  },
  debug: { names: '--debug', value: null, about: 'Print each query with its time, and stack traces of errors' },
  help: { names: '-h,--help', value: null, about: 'Explain the command' },
  version: { names: '-v,-V,--version', value: null, about: 'Print the version' },
} as const satisfies Readonly<Record<string, Flag>>;

/** All names of a flag. */
export const namesOf = ({ names }: Flag): readonly string[] => names.split(',');

/** The flag that is called by this name; of several with one name, all take a value or none does. */
export const flagNamed = (name: string): Flag | undefined =>
  Object.values<Flag>(flags).find((flag) => namesOf(flag).includes(name));
