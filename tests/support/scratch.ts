import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const memory = '/dev/shm';

/** Bytes that must be free there: a server takes 50 MB, and what a test fills it with. */
const enough = 4 * 2 ** 30;

/**
 * Where tests put databases: in memory where the machine has some to give, since a new database is 300 new files, which
 * cost more on a disk than all that is done with them. A TMPDIR in the environment is followed.
 */
export const scratch: string = process.env['TMPDIR'] === undefined && hasRoom(memory) ? memory : tmpdir();

function hasRoom(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= enough;
  } catch {
    return false;
  }
}
