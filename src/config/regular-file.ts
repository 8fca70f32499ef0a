import { closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { UserError } from '../model/errors.ts';

/** What is read, for messages. */
export interface FileWords {
  /** `the configuration file` */
  readonly what: string;
  readonly where: string;
  /** What to do where it cannot be read. */
  readonly hint: string;
}

const MAX_BYTES = 1_000_000;

/** Milliseconds in which a file system must have answered. */
const LIMIT = 10_000;

/**
 * Reads a regular file. Nothing else is opened: a pipe would wait for somebody who writes, and a device has no end.
 * @returns null where there is no such file
 * @throws UserError for what is no regular file, is above 1 MB, cannot be read, or is not read within 10 s
 */
export const readRegularFile = (path: string, words: FileWords): Promise<Uint8Array | null> =>
  inTime(read(path, words), LIMIT, words);

/**
 * Reads a small text on the spot, for what is needed in the middle of a URL. Nothing but a regular file is opened here
 * either, and no more than 1 MB is read.
 * @returns null where there is no such file
 * @throws UserError for what is no regular file, is above 1 MB, or cannot be read
 */
export function readRegularText(path: string, words: FileWords): string | null {
  try {
    refuseKind(statSync(path), words);
    const file = openSync(path, WITHOUT_WAITING);
    try {
      const bytes = Buffer.alloc(MAX_BYTES + 1);
      let length = 0;
      for (let count = -1; count !== 0 && length < bytes.length; length += count) {
        count = readSync(file, bytes, length, bytes.length - length, null);
      }
      return bounded(bytes.subarray(0, length), words).toString('utf8');
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    return absentOr(cause, words);
  }
}

/** Gives what the work gives. @throws UserError once it takes longer than the milliseconds */
export async function inTime<T>(work: Promise<T>, milliseconds: number, { what, where }: FileWords): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const hint = 'look whether the file system that it lies on answers, or copy it to another one';
      reject(new UserError(`${what} was not read within ${milliseconds / 1000} s`, { where, hint }));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function read(path: string, words: FileWords): Promise<Uint8Array | null> {
  try {
    refuseKind(await stat(path), words);
    return bounded(await readBounded(path), words);
  } catch (cause) {
    return absentOr(cause, words);
  }
}

function refuseKind(stats: Stats, { what, where, hint }: FileWords): void {
  const kind = kindOf(stats);
  if (kind === null) return;
  throw new UserError(`${what} is ${kind}`, { where, hint: `only regular files are read; ${hint}` });
}

function bounded<T extends Uint8Array>(bytes: T, { what, where, hint }: FileWords): T {
  if (bytes.length <= MAX_BYTES) return bytes;
  throw new UserError(`${what} is larger than 1 MB`, { where, hint });
}

/** Null for a file that is not there. @throws UserError for anything else that kept it from being read */
function absentOr(cause: unknown, { what, where, hint }: FileWords): null {
  if (cause instanceof UserError) throw cause;
  const code = String((cause as NodeJS.ErrnoException).code);
  if (code === 'ENOENT') return null;
  throw new UserError(`${what} cannot be read (${code})`, { where, hint, cause });
}

/** What became a pipe meanwhile is opened without waiting. Windows has no such flag. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Null for a regular file. */
function kindOf(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** Reads one byte more than is allowed at most. */
async function readBounded(path: string): Promise<Uint8Array> {
  const file = await open(path, WITHOUT_WAITING);
  try {
    return await readUpTo(file, MAX_BYTES + 1);
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
