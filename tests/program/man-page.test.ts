import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { flags, namesOf } from '../../src/cli/flags.ts';
import { runCli } from '../support/cli.ts';
import { readText } from '../support/sources.ts';

const path = fileURLToPath(new URL('../../dist/dbos.1', import.meta.url));
const page = readFileSync(path, 'utf8');

/** A test that hands the page to a program which reads such pages. */
function testWith(program: string): typeof test | typeof test.skip {
  if (spawnSync(program, ['--help']).error === undefined) return test;
  process.stderr.write(`no ${program} here: its test of the man page is skipped\n`);
  return test.skip;
}

/** What stands between a title and the next one. */
const section = (title: string): string =>
  new RegExp(`^\\.SH ${title}\\n([^]*?)(?=^\\.SH |$(?![^]))`, 'm').exec(page)?.[1] ?? '';

/** What a text of roff prints. */
const printed = (text: string): string =>
  text
    .replaceAll(/\\f[BIR]/g, '')
    .replaceAll(/\\\((aq|ti|ga|ha)/g, (_, sign: string) => ({ aq: "'", ti: '~', ga: '`', ha: '^' })[sign] ?? '')
    .replaceAll('\\-', '-')
    .replaceAll('\\&', '')
    .replaceAll('\\e', '\\');

describe('the man page', () => {
  test('is the one that the package has', () => {
    const { man, files } = JSON.parse(readText('package.json')) as { man: string; files: string[] };
    expect(path).toBe(fileURLToPath(new URL(join('../../', man), import.meta.url)));
    expect(files).toContain(man.split('/')[0]);
  });

  test('has the sections that readers expect, in their order', () => {
    expect([...page.matchAll(/^\.SH (.*)/gm)].map(([, title]) => title)).toEqual([
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'COMMANDS',
      'OPTIONS',
      'DATABASE URLS',
      'EXIT STATUS',
      'ENVIRONMENT',
      'FILES',
      'EXAMPLES',
    ]);
    expect(page).toMatch(/^\.TH DBOS 1 "" "dbos \d+\.\d+\.\d+[^"]*" "User Commands"$/m);
    expect(section('NAME')).toMatch(/^dbos \\- create/);
  });

  test('says of each command what its help says: flags, details and examples', async () => {
    const { stdout } = await runCli(['help']);
    const commands = [...stdout.matchAll(/^ {2}dbos ((?:\w+ )+)\[/gm)].map(([, words = '']) => words.trim());
    expect(commands.length).toBeGreaterThan(7);
    const flat = (text: string): string => printed(text).replaceAll('`', '').replaceAll(/\s+/g, ' ');
    for (const command of commands) {
      const [, own = ''] =
        new RegExp(`^\\.SS "\\\\fBdbos ${command}[^]*?\\n([^]*?)(?=^\\.S[SH])`, 'm').exec(page) ?? [];
      const { stdout: help } = await runCli([...command.split(' '), '--help']);
      const options = /^Options\n([^]*?)^\S/m.exec(help)?.[1] ?? '';
      const known = flat(own + section('OPTIONS'));
      for (const [, names = '', value] of options.matchAll(/^ {2}(-\S+)(?: ([A-Z]+))?/gm)) {
        expect(known).toContain(`.TP ${names.replace(',', ', ')}${value === undefined ? '' : ` ${value}`} `);
      }
      const details = /^Details\n([^]*?)^Examples/m.exec(help)?.[1] ?? '';
      for (const paragraph of details.split('\n\n')) expect(flat(own)).toContain(flat(paragraph).trim());
      for (const [, line = ''] of help.matchAll(/^ {2}\$ (.*)/gm)) {
        expect(printed(section('EXAMPLES')).split('\n')).toContain(line);
      }
    }
  });

  test('has all variables that stand for a flag, and all exit codes of README', () => {
    for (const flag of Object.values(flags)) {
      for (const name of 'variables' in flag ? flag.variables : []) {
        expect(printed(section('ENVIRONMENT'))).toContain(`.TP\n${name}\nAs ${namesOf(flag).at(-1)}.`);
      }
    }
    const codes = [...readText('README.md').matchAll(/^\| ([\d, ]+) \|/gm)].map(([, cell]) => cell);
    expect(codes.length).toBeGreaterThan(4);
    expect([...section('EXIT STATUS').matchAll(/^\.TP\n\\fB(.*)\\fR$/gm)].map(([, cell]) => cell)).toEqual(codes);
  });

  test('has only requests that it means, and in its texts no character that roff would take for another', () => {
    const requests = new Set([...page.matchAll(/^[.'](\S*)/gm)].map(([, name]) => name));
    expect(requests).toEqual(new Set(['PP', 'RE', 'RS', 'SH', 'SS', 'TH', 'TP', 'ad', 'fi', 'nf', 'nh']));
    const texts = page.split('\n').filter((line) => !line.startsWith('.'));
    expect(texts.filter((line) => /(?<!\\)-|[`~^']|[^\x20-\x7e]/.test(line))).toEqual([]);
    expect(texts.join('\n').replaceAll(/\\(?:f[BIR]|[-e&]|\((?:aq|ti|ga|ha)|\[u[0-9A-F]{4,6}\])/g, '')).not.toContain(
      '\\',
    );
  });

  testWith('mandoc')('is what mandoc wants, but for the date, which would make each build another', () => {
    const { stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', path], { encoding: 'utf8' });
    const found = stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
    expect(found).toEqual([]);
  });

  testWith('groff')('is set by groff without a warning, so that what it shows can be copied', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-P-cbou', '-rLL=200n', path], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('psql "$(dbos postgres url)"');
    expect(stdout).toContain('~/.pgpass');
    expect(stdout).toContain('DBOS_APPLICATION_DATABASE_URL');
  });
});
