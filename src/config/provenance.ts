import type { Environment } from '../model/target.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import { oneLine } from '../secrets/printable.ts';
import type { Databases, Located } from './databases.ts';
import { variable } from './environment.ts';
import type { FileSettings, Setting } from './settings.ts';

/** A setting of a run, and where it came from. */
export interface Provenance {
  readonly name: string;
  /** As it may be printed: passwords are masked. Null where nobody set it, and nothing stands in its place. */
  readonly value: string | null;
  /**
   * As the operator knows it: `--schema`, `DBOS_APP_ROLE`, `dbos-config.yaml:3:5 app_role`, `default`,
   * `derived from --db-url`; null where there is no value.
   */
  readonly source: string | null;
}

interface Found {
  readonly databases: Databases;
  readonly schema: Setting<string>;
  readonly role: Setting<string> | null;
  readonly file: { readonly path: string; readonly settings: FileSettings } | null;
  readonly configFlag: string | undefined;
  readonly environment: Environment;
}

/** The settings of a run in the order in which an operator thinks of them. */
export function provenanceOf({ databases, schema, role, file, configFlag, environment }: Found): readonly Provenance[] {
  const { system, application } = databases;
  const hasSchemas = [system, application].some((located) => located?.url.dialect === 'postgres');
  const named =
    configFlag !== undefined ? '--config' : variable(environment, 'DBOS_CONFIG') === null ? null : 'DBOS_CONFIG';
  return [
    known('file', file?.path, named ?? 'found in the working directory'),
    ofDatabase('system database', system),
    ofDatabase('application database', application),
    ...(hasSchemas ? [known('schema', schema.value, schema.source), ofSetting('application role', role)] : []),
    ...(file === null ? [] : ofFile(file.path, file.settings)),
  ];
}

const known = (name: string, value: string | null | undefined, source: string): Provenance =>
  value === null || value === undefined
    ? { name, value: null, source: null }
    : { name, value: oneLine(value, 400), source };

const ofDatabase = (name: string, located: Located | null): Provenance =>
  known(name, located && maskUrl(located.url.text), located?.source ?? '');

const ofSetting = (name: string, setting: Setting<string> | null): Provenance =>
  known(name, setting?.value, setting?.source ?? '');

/** What only a file can say. */
const ofFile = (path: string, { listenNotify, ignore, commands }: FileSettings): readonly Provenance[] => [
  ...(listenNotify === null ? [] : [known('use_listen_notify', String(listenNotify.value), listenNotify.source)]),
  ...(ignore.length === 0 ? [] : [known('ignore', ignore.join(', '), `${path} database.ignore`)]),
  ...(commands.length === 0 ? [] : [known('custom commands', String(commands.length), `${path} database.migrate`)]),
];
