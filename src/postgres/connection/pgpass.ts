import { readFile, stat } from 'node:fs/promises';
import { defaultSocketDirectories } from './socket-directory.ts';

/** A password, or why there is none, with the place it was looked for in the reader's words. */
export interface Password {
  readonly value: string | null;
  readonly source: string;
}

export interface Account {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * Looks an account up in a password file; the first line that fits counts. Like libpq, ignores a file that others
 * than its owner may read.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function findPassword(path: string, account: Account): Promise<Password> {
  const facts = await stat(path).catch(() => null);
  if (facts === null || !facts.isFile()) return { value: null, source: `there is no ${path}` };
  if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0) {
    return { value: null, source: `${path} is ignored because others may read it: chmod 600 ${path}` };
  }
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return { value: null, source: `${path} cannot be read` };
  const lines = text.split(/\r?\n/);
  const index = lines.findIndex((line) => fits(line, account));
  if (index === -1) return { value: null, source: `no line of ${path} fits` };
  return { value: fieldsOf(lines[index] ?? '')[4] ?? '', source: `line ${index + 1} of ${path}` };
}

function fits(line: string, { host, port, database, user }: Account): boolean {
  if (line.startsWith('#')) return false;
  const fields = fieldsOf(line);
  if (fields.length < 5) return false;
  const hosts = defaultSocketDirectories.includes(host) ? [host, 'localhost'] : [host];
  const accepted = [hosts, [String(port)], [database], [user]];
  return accepted.every((values, index) => ['*', ...values].includes(fields[index] ?? ''));
}

/** Fields end at a colon; a backslash takes the meaning from a colon or a backslash behind it. */
function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|:)((?:\\.|[^:\\])*)/g)].map(([, field = '']) => field.replaceAll(/\\(.)/g, '$1'));
}
