import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../model/errors.ts';
import type { Environment } from '../model/target.ts';
import { oneLine, quoted } from '../secrets/printable.ts';
import { variable } from './environment.ts';
import { isLibpqParameter } from './postgres-parameters.ts';
import { readRegularText } from './regular-file.ts';

/** What a connection service says: parameters that count where the URL leaves them open. */
export interface Service {
  /** For messages: `service "prod"`. */
  readonly by: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const HINT = 'correct servicefile in the URL, or PGSERVICEFILE';

/**
 * Looks up the service that a URL or PGSERVICE names, as libpq does: in the file that is named or else in the user's,
 * then in that of the system. Of a file the first section of that name counts, and in it the first of each parameter.
 * https://www.postgresql.org/docs/current/libpq-pgservice.html
 * @param own the parameters of the URL
 * @returns null where no service is named
 * @throws UserError for a file that cannot be read or is none, and a service that is defined nowhere
 */
export function findService(own: ReadonlyMap<string, string>, environment: Environment | null): Service | null {
  const given = (parameter: string, name: string): string | null =>
    own.get(parameter) || variable(environment ?? {}, name);
  const name = given('service', 'PGSERVICE');
  if (name === null) return null;
  const file = given('servicefile', 'PGSERVICEFILE');
  const paths = file === null ? defaultFiles(environment) : [file];
  const by = `service ${quoted(name)}`;
  for (const path of paths) {
    const text = readFile(path, path === file);
    const parameters = text === null ? null : readSection(text, name, path);
    if (parameters !== null) return { by, parameters };
  }
  throw new UserError(`${by} is defined nowhere`, {
    where: paths.map((path) => oneLine(path)).join(' · ') || 'no service file',
    hint: 'write it into the service file, or correct service in the URL, or PGSERVICE',
  });
}

function readFile(path: string, isNamed: boolean): string | null {
  const where = oneLine(path);
  const text = readRegularText(path, { what: 'the service file', where, hint: HINT });
  if (text !== null || !isNamed) return text;
  throw new UserError('the service file does not exist', { where, hint: HINT });
}

/** Without an environment no file is read that the URL does not name. */
function defaultFiles(environment: Environment | null): readonly string[] {
  if (environment === null) return [];
  const system = variable(environment, 'PGSYSCONFDIR');
  return [usersFile(environment), ...(system === null ? [] : [join(system, 'pg_service.conf')])];
}

const usersFile = (environment: Environment): string =>
  process.platform === 'win32'
    ? join(environment['APPDATA'] ?? homedir(), 'postgresql', '.pg_service.conf')
    : join(environment['HOME'] ?? homedir(), '.pg_service.conf');

/** Null where there is no section of that name. No line is shown: it may hold a password. */
function readSection(text: string, name: string, path: string): ReadonlyMap<string, string> | null {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const start = lines.findIndex(({ line }) => line === `[${name}]`);
  if (start === -1) return null;
  const found = new Map<string, string>();
  for (const { line, number } of lines.slice(start + 1)) {
    if (line.startsWith('[')) break;
    if (/^(?:#|$)/.test(line)) continue;
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(line) ?? [];
    const why = reasonAgainst(key);
    if (why !== null) throw unreadable(number, why, path);
    if (!found.has(key)) found.set(key, value);
  }
  return found;
}

const unreadable = (number: number, why: string, path: string): UserError =>
  new UserError(`line ${number} of the service file ${why}`, {
    where: oneLine(path),
    hint: 'write name=value without blanks around =, the names being those of parameters of libpq',
  });

function reasonAgainst(key: string): string | null {
  if (key === '') return 'is no name=value';
  if (key === 'service' || key === 'servicefile') return 'names another service, which libpq does not follow';
  return isLibpqParameter(key) ? null : 'has a parameter that libpq does not know';
}
