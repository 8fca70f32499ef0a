import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../model/errors.ts';

/** A report tells names and sizes of somebody's tables: only its owner reads it. */
const mode = 0o600;

/**
 * Writes a file whole or not at all: under another name beside it, which takes its place when it is on the disk. A file
 * that was there is replaced with its rights; where the path is a link, what it leads to is.
 * @param path absolute
 * @throws UserError for what is no file, and where none can be written
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const target = await targetOf(path);
  const draft = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}`);
  try {
    await write(draft, text);
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw failure(path, cause);
  }
}

/** What is no regular file would be replaced by one: a device, a pipe. */
async function targetOf(path: string): Promise<string> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return await realpath(path);
    const kind = stats.isDirectory() ? 'a directory' : 'no regular file';
    throw new UserError(`--out names ${kind}`, { where: path, hint: 'give the name of a file, or leave --out away' });
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw failure(path, cause);
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    // The mask of the process may have taken rights of the owner away.
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'make its folder first',
  ENOTDIR: 'make its folder first',
  EACCES: 'give a folder in which you may write',
  EPERM: 'give a folder in which you may write',
  EROFS: 'give a folder in which you may write',
  ENOSPC: 'make room on the disk',
};

function failure(path: string, cause: unknown): UserError {
  const code = String((cause as NodeJS.ErrnoException).code);
  return new UserError(`the file of --out cannot be written (${code})`, {
    where: path,
    hint: hints[code] ?? 'give another file',
    cause,
  });
}
