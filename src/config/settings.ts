import { UserError } from '../model/errors.ts';
import { parseDatabaseUrl } from './database-url.ts';
import type { ConfigurationFile } from './find.ts';
import { addressKeys, meantKey, type Section } from './keys.ts';
import { checkApplicationName, checkIdentifier } from './names.ts';
import { combineErrors, readYaml } from './read.ts';
import type { Entry, Positioned } from './read.ts';
import { oneLine } from '../secrets/printable.ts';
import { substitute } from './substitute.ts';
import type { Substitutions } from './substitute.ts';
import { idExample, isIdPattern } from '../model/id-pattern.ts';
import type { Target } from '../model/target.ts';

/** A value, and where it came from, as the operator knows it: `dbos-config.yaml:3:5 name`. */
export interface Setting<T> {
  readonly value: T;
  readonly source: string;
}

/** What a configuration file says; null where it says nothing. */
export interface FileSettings {
  readonly name: Setting<string> | null;
  readonly systemUrl: Setting<Target> | null;
  readonly applicationUrl: Setting<Target> | null;
  readonly schema: Setting<string> | null;
  /** `app_role` */
  readonly role: Setting<string> | null;
  readonly listenNotify: Setting<boolean> | null;
  /** `database.migrate`, untouched: `${…}` in a command is the shell's. */
  readonly commands: readonly string[];
  /** `runtimeConfig.start`, untouched too. It is another tool's for who does not ask. @throws UserError for what is no list of texts */
  readonly start: () => readonly string[];
  /** `database.ignore` */
  readonly ignore: readonly string[];
  /** The place of a key that names a server as releases without URLs did: `c.yaml:3:3 database.hostname`. */
  readonly address: string | null;
}

/**
 * Reads the settings of a configuration file. Keys of other DBOS tools are passed over, and so is any key that is like
 * none of ours. A URL that is empty counts as not given, as in the runtime.
 * @throws UserError with all errors of the file: YAML, types, misspelt and misplaced keys, unset variables, URLs, names,
 * contradictions
 */
export async function readSettings(file: ConfigurationFile, from: Substitutions): Promise<FileSettings> {
  const { root, errors } = await readYaml(file.path, file.text);
  const context: Context = { path: file.path, from, errors: [...errors] };
  const top = entries(context, root, 'the file');
  const database = entries(context, top.get('database'), 'database');
  refuseMisspelt(context, top, database);
  const parseUrl = (text: string, source: string): Target | null =>
    text === '' ? null : parseDatabaseUrl(text, source, from.environment);
  const settings = {
    name: await textSetting(context, top, ['name'], checkApplicationName),
    systemUrl: await textSetting(context, top, ['system_database_url'], parseUrl),
    applicationUrl: await textSetting(context, top, ['application_database_url', 'database_url'], parseUrl),
    schema: await textSetting(context, top, ['dbos_system_schema', 'system_database_schema_name'], checkSchema),
    role: await textSetting(context, top, ['app_role'], checkRole),
    listenNotify: await booleanSetting(context, top, 'use_listen_notify'),
    commands: texts(context, database.get('migrate'), 'database.migrate').map(({ value }) => value),
    start: () => startCommands(file.path, from, top),
    ignore: await ignored(context, database.get('ignore')),
    address: addressIn(context, database),
  };
  if (context.errors.length > 0) throw combineErrors(file.path, context.errors);
  return settings;
}

function startCommands(path: string, from: Substitutions, top: Entries): readonly string[] {
  const context: Context = { path, from, errors: [] };
  const runtime = entries(context, top.get('runtimeConfig'), 'runtimeConfig');
  const found = texts(context, runtime.get('start'), 'runtimeConfig.start').map(({ value }) => value);
  if (context.errors.length > 0) throw combineErrors(path, context.errors);
  return found;
}

interface Context {
  readonly path: string;
  readonly from: Substitutions;
  readonly errors: UserError[];
}

type Entries = ReadonlyMap<string, Entry>;

const checkSchema = (name: string, source: string): string => checkIdentifier('schema', name, source);

/** Empty as a variable of the environment may be: no role. */
const checkRole = (name: string, source: string): string | null =>
  name === '' ? null : checkIdentifier('role', name, source);

/** The sections of other tools in which a key of ours is a mistake. What is in `env` and `application` is anybody's. */
const foreignSections = ['runtimeConfig', 'runtime_config', 'telemetry', 'http'] as const;

function refuseMisspelt(context: Context, top: Entries, database: Entries): void {
  const refuse = (section: Section, found: Entries): void => {
    for (const [key, entry] of found) {
      const meant = entry.isAnchor ? null : meantKey(key, section);
      if (meant === null) continue;
      const shown = section === 'top' ? key : `${section}.${key}`;
      const place = meant.includes('.') ? 'under database:' : 'at the top level';
      context.errors.push(
        new UserError(`unknown key ${oneLine(shown)}`, {
          where: sourceOf(context, entry.key, oneLine(shown)),
          hint: `did you mean ${meant}? it stands ${place}`,
        }),
      );
    }
  };
  refuse('top', top);
  refuse('database', database);
  for (const section of foreignSections) {
    const value = top.get(section)?.value ?? null;
    if (typeof value === 'object' && value?.type === 'mapping') refuse(section, value.entries());
  }
}

function addressIn(context: Context, database: Entries): string | null {
  const key = addressKeys.find((name) => (database.get(name)?.value ?? null) !== null);
  const entry = key === undefined ? undefined : database.get(key);
  return entry === undefined ? null : sourceOf(context, entry.key, `database.${key}`);
}

const sourceOf = ({ path }: Context, { line, column }: Pick<Positioned, 'line' | 'column'>, key: string): string =>
  `${path}:${line}:${column} ${key}`;

/** Says nothing of the value: it may be a password in a wrong place. */
function typeName({ value }: Positioned): string {
  if (value === null || (typeof value === 'string' && value.trim() === '')) return 'empty';
  if (typeof value === 'object') return `a ${value.type}`;
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}

function refuseType(context: Context, node: Positioned, key: string, wanted: string, hint: string): void {
  const where = sourceOf(context, node, key);
  context.errors.push(new UserError(`${key} must be ${wanted}, not ${typeName(node)}`, { where, hint }));
}

/** No entries where nothing or nothing but the key is given. */
function entries(context: Context, node: Positioned | undefined, key: string): Entries {
  const value = node?.value ?? null;
  if (value !== null && typeof value === 'object' && value.type === 'mapping') return value.entries();
  if (node && value !== null) refuseType(context, node, key, 'a mapping', 'write one `key: value` a line');
  return new Map();
}

/** The value under a key, or under another name of it; both may be given if they say the same. */
async function textSetting<T>(
  context: Context,
  from: Entries,
  keys: readonly string[],
  check: (text: string, source: string) => T | null,
): Promise<Setting<T> | null> {
  const found: (Setting<T> & { readonly text: string })[] = [];
  for (const key of keys) {
    const node = from.get(key);
    const text = node && (await substituted(context, node, key));
    if (node === undefined || text === undefined) continue;
    const source = sourceOf(context, node, key);
    const value = collecting(context, () => check(text, source));
    if (value !== null) found.push({ value, source, text });
  }
  const [first, second] = found;
  if (second !== undefined && first?.text !== second.text) {
    const where = found.map(({ source }) => source).join(' · ');
    const message = `${keys.join(' and ')} are two names of one setting and have different values`;
    context.errors.push(new UserError(message, { where, hint: `keep ${keys[0]}` }));
  }
  return first === undefined ? null : { value: first.value, source: first.source };
}

/** A placeholder stands for a text, so that `true` and `false` may come from one too. */
async function booleanSetting(context: Context, from: Entries, key: string): Promise<Setting<boolean> | null> {
  const node = from.get(key);
  if (node === undefined || node.value === null) return null;
  let { value } = node;
  if (typeof value === 'string' && value.includes('${')) {
    const text = await substituted(context, node, key);
    if (text === undefined) return null;
    value = ({ true: true, false: false } as Record<string, boolean>)[text] ?? text;
  }
  if (typeof value === 'boolean') return { value, source: sourceOf(context, node, key) };
  refuseType(context, node, key, 'true or false', 'write true or false, without quotes');
  return null;
}

/** A text with its placeholders filled in; undefined where none is given, or none that can be used. */
async function substituted(context: Context, node: Positioned, key: string): Promise<string | undefined> {
  if (node.value === null) return undefined;
  if (typeof node.value !== 'string') {
    refuseType(context, node, key, 'text', 'put the value in quotes');
    return undefined;
  }
  const { text, errors } = await substitute(node.value, sourceOf(context, node, key), context.from);
  context.errors.push(...errors);
  return errors.length === 0 ? text : undefined;
}

interface Item {
  readonly value: string;
  readonly node: Positioned;
}

/** A list of texts, as it stands. A single text is refused, as the runtime would take each of its letters for a command. */
function texts(context: Context, node: Positioned | undefined, key: string): readonly Item[] {
  const list = node?.value ?? null;
  if (node === undefined || list === null) return [];
  if (typeof list !== 'object' || list.type !== 'list') {
    refuseType(context, node, key, 'a list', 'write each entry on a line of its own, behind a dash');
    return [];
  }
  return list.items().flatMap((item) => {
    if (typeof item.value === 'string' && /^(?=[^]*\S)[^\0]+$/.test(item.value))
      return [{ value: item.value, node: item }];
    refuseType(context, item, `an entry of ${key}`, 'printable text', 'put the whole entry in quotes');
    return [];
  });
}

async function ignored(context: Context, node: Positioned | undefined): Promise<readonly string[]> {
  const patterns: string[] = [];
  for (const item of texts(context, node, 'database.ignore')) {
    const pattern = await substituted(context, item.node, 'database.ignore');
    if (pattern === undefined) continue;
    if (isIdPattern(pattern)) patterns.push(pattern);
    else context.errors.push(noId(sourceOf(context, item.node, 'database.ignore')));
  }
  return patterns;
}

const noId = (where: string): UserError =>
  new UserError('database.ignore takes ids of objects, each with its kind in front', { where, hint: idExample });

function collecting<T>({ errors }: Context, check: () => T): T | null {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    errors.push(error);
    return null;
  }
}
