import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../model/errors.ts';

/**
 * Tells whether there is a file at the path.
 * @throws UserError where something else is there, or where no file could ever be.
 */
export function fileExists(path: string): boolean {
  if (/\s$/.test(path)) {
    throw new UserError(`the file's name ends in a blank: ${JSON.stringify(path)}`, {
      hint: 'rename the file: the driver cuts blanks from the end of a path',
    });
  }
  const stats = statOf(path);
  if (stats === 'missing') {
    requireDirectory(path);
    return false;
  }
  if (stats.isDirectory()) {
    throw new UserError(`${path} is a directory, not a database`, { hint: 'name the file in it' });
  }
  refuseSpecial(path, stats);
  for (const beside of ['-journal', '-wal', '-shm'].map((suffix) => realpathSync(path) + suffix)) {
    const found = statOf(beside);
    if (found !== 'missing') refuseSpecial(beside, found);
  }
  return true;
}

/** What has no end, or waits for somebody at its other one, is not opened: nobody could interrupt that. */
function refuseSpecial(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  const [what = 'no file'] = kindsOfFile.flatMap(([name, isSuch]) => (isSuch(stats) ? [name] : []));
  throw new UserError(`${path} is ${what}, and no file that could hold a database`, {
    hint: 'name a file, or a path where none is yet',
  });
}

const kindsOfFile: readonly (readonly [name: string, isSuch: (stats: Stats) => boolean])[] = [
  ['a directory', (stats) => stats.isDirectory()],
  ['a device', (stats) => stats.isCharacterDevice() || stats.isBlockDevice()],
  ['a pipe', (stats) => stats.isFIFO()],
  ['a socket', (stats) => stats.isSocket()],
];

function statOf(path: string): Stats | 'missing' {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw new UserError(`${path} cannot be reached: ${reason(code)}`, {
      hint: `look at the permissions of ${dirname(resolve(path))} and of the directories above it`,
      cause: error,
    });
  }
}

function requireDirectory(path: string): void {
  const directory = dirname(resolve(path));
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new UserError(`there is no directory ${directory} for the database`, { hint: `mkdir -p "${directory}"` });
  }
  if (!stats.isDirectory()) {
    throw new UserError(`${directory} is a file, so no database can be in it`, { hint: 'name another path' });
  }
}

/**
 * Why the database at the path cannot be written, or created where it is missing; null where it can.
 * SQLite needs the directory too, for its journal. https://www.sqlite.org/tempfiles.html
 * The file is not opened for the question: closing it would free the locks of connections in this process.
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function whyNotWritable(path: string): string | null {
  const directory = dirname(resolve(path));
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) {
    const code = refusal(path, constants.W_OK);
    if (code !== null) return `the file ${path} cannot be written: ${reason(code)}`;
  }
  const code = refusal(directory, constants.W_OK | constants.X_OK);
  return code === null ? null : `no file can be made in the directory ${directory}: ${reason(code)}`;
}

/** Why the file cannot be read, or null. */
export function whyNotReadable(path: string): string | null {
  const code = refusal(path, constants.R_OK);
  return code === null ? null : `the file ${path} cannot be read: ${reason(code)}`;
}

function refusal(path: string, mode: number): string | undefined | null {
  try {
    accessSync(path, mode);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'its file system is mounted read-only',
  ETXTBSY: 'a program runs from it',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'symbolic links lead in a circle',
};

const reason = (code: string | undefined): string => reasons[code ?? ''] ?? code ?? 'for an unknown reason';
