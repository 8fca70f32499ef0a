import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { variable } from './environment.ts';
import type { Environment } from '../model/target.ts';

/** The name under which every DBOS tool looks for its configuration in the working directory. */
const DEFAULT_NAME = 'dbos-config.yaml';

const MAX_BYTES = 1_000_000;

export interface ConfigurationFile {
  /** As the operator named it, for messages. */
  readonly path: string;
  /** The absolute directory it lies in; custom commands run there. */
  readonly directory: string;
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
 * @throws UserError where a named file is missing, and where a file cannot be read, is above 1 MB or no UTF-8
 */
export async function findConfiguration(search: Search): Promise<ConfigurationFile | null> {
  const named = namedFile(search);
  const path = named?.path ?? DEFAULT_NAME;
  const absolute = resolve(search.workingDirectory, path);
  const where = named === null ? path : `${named.source} ${path}`;
  try {
    const text = decode(await readBounded(absolute, where), where);
    return { path, directory: dirname(absolute), text };
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (named === null && isMissing(error)) return null;
    throw explain(error, where);
  }
}

function namedFile({ flag, environment }: Search): { path: string; source: string } | null {
  if (flag === '') throw new UserError('--config is empty', { hint: 'name a file, or leave the flag out' });
  if (flag !== undefined) return { path: flag, source: '--config' };
  const path = variable(environment, 'DBOS_CONFIG');
  return path === null ? null : { path, source: 'DBOS_CONFIG' };
}

/** Reads no more than the limit, whatever the file says of its size: it may be a pipe or a device. */
async function readBounded(path: string, where: string): Promise<Uint8Array> {
  if ((await stat(path)).isDirectory()) {
    throw new UserError('the configuration file is a directory', {
      where,
      hint: `name the file in it: ${DEFAULT_NAME}`,
    });
  }
  const file = await open(path);
  try {
    const bytes = await readUpTo(file, MAX_BYTES + 1);
    if (bytes.length <= MAX_BYTES) return bytes;
    throw new UserError('the configuration file is larger than 1 MB', { where });
  } finally {
    await file.close();
  }
}

async function readUpTo(file: FileHandle, limit: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await file.read(bytes, length, limit - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError('the configuration file is not UTF-8', { where, hint: 'save it as UTF-8', cause });
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

function explain(error: unknown, where: string): UserError {
  if (isMissing(error)) return new UserError('the configuration file does not exist', { where, cause: error });
  return new UserError(`the configuration file cannot be read (${codeOf(error)})`, { where, cause: error });
}
