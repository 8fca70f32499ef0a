import { resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { oneLine } from '../secrets/printable.ts';
import { variable } from './environment.ts';
import { isConnectionString } from './names.ts';
import { readRegularFile } from './regular-file.ts';
import type { Environment } from '../model/target.ts';

/** The name under which every DBOS tool looks for its configuration in the working directory. */
const DEFAULT_NAME = 'dbos-config.yaml';

export interface ConfigurationFile {
  /** As the operator named it, for messages. */
  readonly path: string;
  readonly text: string;
}

export interface Search {
  /** The value of `--config`. */
  readonly flag: string | undefined;
  readonly environment: Environment;
  readonly workingDirectory: string;
}

/**
 * Reads the configuration file: the one that `--config` or else `DBOS_CONFIG` names, or the default one where it exists.
 * @throws UserError where a named file is missing, and where a file cannot be read, is no regular one, is above 1 MB or
 * no UTF-8
 */
export async function findConfiguration(search: Search): Promise<ConfigurationFile | null> {
  const named = namedFile(search);
  const given = named?.path ?? DEFAULT_NAME;
  const path = oneLine(given, 200);
  const source = named?.source ?? null;
  const where = source === null ? path : `${source} ${path}`;
  const hint = source === null ? `correct ${path}, or take it away` : `name the right file in ${source}`;
  const bytes = await readRegularFile(resolve(search.workingDirectory, given), {
    what: 'the configuration file',
    where,
    hint,
  });
  if (bytes !== null) return { path, text: decode(bytes, where) };
  if (source === null) return null;
  throw new UserError('the configuration file does not exist', { where, hint: `${hint}, or leave ${source} out` });
}

function namedFile({ flag, environment }: Search): { path: string; source: string } | null {
  if (flag === '') throw new UserError('--config is empty', { hint: 'name a file, or leave the flag out' });
  const source = flag === undefined ? 'DBOS_CONFIG' : '--config';
  const path = flag ?? variable(environment, 'DBOS_CONFIG');
  if (path === null) return null;
  if (!isConnectionString(path)) return { path, source };
  throw new UserError('the configuration file may not be named by a URL', {
    where: source,
    hint: 'name a file there; the URL of a database goes into --sys-db-url or --db-url',
  });
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError('the configuration file is not UTF-8', { where, hint: 'save it as UTF-8', cause });
  }
}
