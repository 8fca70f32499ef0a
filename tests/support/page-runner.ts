import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bareEnvironment, programPath } from './cli.ts';
import type { Block } from './markdown.ts';
import type { PostgresServer } from './postgres.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** util-linux's `script` gives a command a terminal to ask on. */
const hasTerminal = String(spawnSync('script', ['--version']).stdout).includes('util-linux');

/** One command of a page, what it printed and what the page says that it prints; null where it says nothing. */
export interface Ran {
  readonly command: string;
  readonly exitCode: number | null;
  readonly printed: string;
  readonly shown: string | null;
}

/** Programs that a page's commands find: ours is the built one; what needs the network or takes minutes does nothing. */
const programs = {
  dbos: () => `exec "${process.execPath}" "${programPath()}" "$@"`,
  npx: () => `[ "$1" = dbos ] || exit 1\nshift\nexec dbos "$@"`,
  npm: () => 'exit 0',
  node: () => `[ "$1" = program.mjs ] && exec "${process.execPath}" "$@"\nexit 0`,
};

/** Runs the blocks of a page in their order, in one directory, against one server. */
export class PageRunner {
  readonly #directory: string;
  readonly #server: PostgresServer;

  constructor(directory: string, server: PostgresServer) {
    this.#directory = directory;
    this.#server = server;
    mkdirSync(join(directory, 'bin'));
    for (const [name, body] of Object.entries(programs)) {
      const path = join(directory, 'bin', name);
      writeFileSync(path, `#!/bin/sh\n${body()}\n`);
      chmodSync(path, 0o755);
    }
    mkdirSync(join(directory, 'work', 'node_modules'), { recursive: true });
    symlinkSync(root, join(directory, 'work', 'node_modules', 'dbos-schema'));
  }

  /** @returns what ran; nothing for a block that is no command */
  async run({ language, text: code }: Block): Promise<readonly Ran[]> {
    if (language === 'sql') await this.#query(code);
    if (language === 'ts') return [await this.#program(code)];
    if (language === 'sh') return [{ ...(await this.#shell(`set -e\n${code}`)), command: code, shown: null }];
    return language === 'console' ? this.#session(code) : [];
  }

  /** Each statement by itself: some refuse a transaction. */
  async #query(code: string): Promise<void> {
    for (const statement of code.split(/;$/m)) await this.#server.query(statement);
  }

  async #program(code: string): Promise<Ran> {
    writeFileSync(join(this.#directory, 'work', 'program.mjs'), code);
    return { ...(await this.#shell('node program.mjs')), command: code, shown: null };
  }

  async #session(code: string): Promise<readonly Ran[]> {
    const all: Ran[] = [];
    for (const part of code.split(/^\$ /m).slice(1)) {
      const [command = '', ...lines] = part.split('\n');
      const shown = lines.join('\n');
      const [, answer] = /\[y\/N\]: (\w*)$/m.exec(shown) ?? [];
      if (answer !== undefined && !hasTerminal) {
        process.stderr.write(`no \`script\` of util-linux here: skipped: ${command}\n`);
        continue;
      }
      all.push({ ...(await this.#shell(command, answer)), command, shown });
    }
    return all;
  }

  /** @param answer what is typed on a terminal when it is asked for; the command has no terminal without it */
  async #shell(command: string, answer?: string): Promise<Pick<Ran, 'exitCode' | 'printed'>> {
    const line = this.#here(command);
    const child =
      answer === undefined
        ? spawn('sh', ['-c', `exec 2>&1\n${line}`], this.#surroundings())
        : spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], this.#surroundings());
    // It may end before it has read its input.
    child.stdin.on('error', () => {});
    if (answer === undefined) child.stdin.end();
    let printed = '';
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString();
      if (printed.endsWith('[y/N]: ')) child.stdin.end(`${answer}\n`);
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, printed: this.#there(printed.replaceAll('\r\n', '\n')) };
  }

  #surroundings() {
    const env = bareEnvironment();
    return {
      cwd: join(this.#directory, 'work'),
      env: {
        ...env,
        PATH: `${join(this.#directory, 'bin')}:${env['PATH']}`,
        SHELL: '/bin/sh',
        PGPORT: String(this.#server.port),
        PGUSER: 'admin',
        NO_COLOR: '1',
      },
      timeout: 30_000,
    };
  }

  /** The pages' host is this server. */
  #here(command: string): string {
    return command.replaceAll('@db/', `@127.0.0.1:${this.#server.port}/`);
  }

  #there(printed: string): string {
    return printed.replaceAll(`@127.0.0.1:${this.#server.port}/`, '@db/');
  }
}

/** The text of a page as a pattern: a line `…` stands for any lines, and `…` in a line for any text of that line. */
export function patternOf(shown: string): RegExp {
  const lines = versionless(shown).trimEnd().split('\n');
  const pattern = lines.map((line) =>
    line.trim() === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escaped).join('.*')}[ ]*\n`,
  );
  return new RegExp(`^${pattern.join('')}$`);
}

const escaped = (literal: string): string => literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The release of the server that happens to be here, and how long it took, is no part of what a page says. */
export const versionless = (printed: string): string =>
  printed.replaceAll(/PostgreSQL \d+\.\d+/g, 'PostgreSQL N').replaceAll(/ in [\d.]+ s$/gm, ' in N s');
