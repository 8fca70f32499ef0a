import { readdir, readFile, readlink } from 'node:fs/promises';
import { runProgram } from './run.ts';

/** A process that takes connections at a port. */
export interface Listener {
  readonly pid: number;
  /** Of its program; empty where it is not told. */
  readonly name: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Looks who listens at a TCP port of this machine. Processes of others are seen by root only.
 * @param environment where `lsof` is looked for, on systems without /proc
 * @returns null where nobody does, or where it cannot be told
 */
export async function findListener(port: number, environment: Variables): Promise<Listener | null> {
  return process.platform === 'linux' ? findInProc(port) : findByLsof(port, environment);
}

/**
 * By the sockets' inodes.
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
async function findInProc(port: number): Promise<Listener | null> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readOrEmpty(`/proc/net/${table}`)));
  const sockets = new Set(tables.flatMap((table) => inodesIn(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    if (links.some((link) => sockets.has(link))) {
      return { pid: Number(pid), name: (await readOrEmpty(`/proc/${pid}/comm`)).trim() };
    }
  }
  return null;
}

const LISTENING = '0A';

/** Columns of a line: number, own address as `ADDRESS:PORT` in hexadecimal, the other's, state, …, inode. */
const inodesIn = (table: string, port: number): readonly string[] =>
  table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, own = '', , state]) => state === LISTENING && Number.parseInt(own.split(':')[1] ?? '', 16) === port)
    .flatMap((columns) => columns[9] ?? []);

const readOrEmpty = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** `p1234` and `cpostgres` on a line each. https://lsof.readthedocs.io/en/stable/manpage/#output-for-other-programs */
async function findByLsof(port: number, environment: Variables): Promise<Listener | null> {
  const { stdout } = await runProgram('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    environment,
    timeout: 5000,
  });
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  return pid === undefined ? null : { pid: Number(pid), name: /^c(.+)$/m.exec(stdout)?.[1] ?? '' };
}
