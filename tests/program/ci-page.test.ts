import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { parse } from 'yaml';
import { bareEnvironment, programPath, runCli } from '../support/cli.ts';
import { pages } from '../support/markdown.ts';
import { readText } from '../support/sources.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
const page = pages().find(({ path }) => path === 'docs/ci.md')!;
const blocksIn = (language: string): readonly string[] =>
  page.blocks.filter((block) => block.language === language && !block.isHidden).map(({ text }) => text);

interface Pipeline {
  readonly schema: { readonly script: readonly string[]; readonly allow_failure: { readonly exit_codes: number } };
}
interface Workflow {
  readonly jobs: { readonly schema: { readonly steps: readonly { readonly uses?: string; readonly with?: object }[] } };
}

const gitlab = parse(blocksIn('yaml').find((text) => text.includes('script:')) ?? '') as Pipeline;
const workflow = parse(blocksIn('yaml')[0] ?? '') as Workflow;
const plain = blocksIn('sh')[0] ?? '';

/** Runs a script of the page in a project, where npm has nothing to install and npx finds this program. */
function run(script: string, cwd: string) {
  const bin = temporaryDirectory({
    npm: '#!/bin/sh\nexit 0\n',
    npx: '#!/bin/sh\nexec "$@"\n',
    dbos: `#!/bin/sh\nexec "${process.execPath}" "${programPath()}" "$@"\n`,
  });
  for (const name of ['npm', 'npx', 'dbos']) chmodSync(join(bin, name), 0o755);
  const env = { ...bareEnvironment(), PATH: `${bin}:${process.env['PATH']}` };
  return spawnSync('sh', ['-e', '-c', script], { cwd, env, encoding: 'utf8' });
}

let same: string;
let drifted: string;

beforeAll(async () => {
  const files = { 'dbos-config.yaml': 'system_database_url: sqlite:///./a.sqlite\n' };
  [same, drifted] = [temporaryDirectory(files), temporaryDirectory(files)];
  for (const cwd of [same, drifted]) expect(await runCli(['migrate'], { cwd })).toMatchObject({ exitCode: 0 });
  const database = new Database(join(drifted, 'a.sqlite'));
  database.exec('DROP TABLE streams');
  database.close();
});

describe('the job of GitLab in docs/ci.md', () => {
  const script = gitlab.schema.script.join('\n');

  test('passes where nothing differs', () => {
    expect(run(script, same)).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to do') });
  });

  test('ends with the code that is allowed to fail on drift, and keeps the report', () => {
    expect(run(script, drifted).status).toBe(gitlab.schema.allow_failure.exit_codes);
    expect(readFileSync(join(drifted, 'drift.md'), 'utf8')).toContain('CREATE TABLE');
  });

  test('fails where it cannot be found out', () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'drift.md'));
    expect(run(script, cwd).status).toBe(1);
  });
});

describe('the plain script in docs/ci.md', () => {
  test.each([
    ['nothing differs', () => same, 0, 'as declared'],
    ['something differs', () => drifted, 2, 'streams'],
    ['nothing is configured', () => temporaryDirectory(), 1, ''],
  ])('where %s', (_, cwd, status, printed) => {
    expect(run(plain, cwd())).toMatchObject({ status, stdout: expect.stringContaining(printed) });
  });
});

describe('the action in docs/ci.md', () => {
  const action = parse(readText('action.yml')) as { readonly inputs: object; readonly outputs: object };
  const rows = (heading: string): readonly string[] => {
    const [, table = ''] = new RegExp(`^\\| ${heading} \\|.*\\n\\|.*\\n((?:\\|.*\\n)+)`, 'm').exec(page.text) ?? [];
    return [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
  };

  test('has the inputs and outputs that the page tells, and those that its workflow gives', () => {
    expect(rows('input').toSorted()).toEqual(Object.keys(action.inputs).toSorted());
    expect(rows('output').toSorted()).toEqual(Object.keys(action.outputs).toSorted());
    const given = workflow.jobs.schema.steps.find(({ uses }) => uses?.startsWith('OWNER/'))?.with ?? {};
    expect(Object.keys(given).filter((name) => !(name in action.inputs))).toEqual([]);
    expect(Object.keys(given)).toHaveLength(1);
  });
});
