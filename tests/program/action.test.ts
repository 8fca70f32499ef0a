import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { parse } from 'yaml';
import { bareEnvironment, runCli } from '../support/cli.ts';
import { readText } from '../support/sources.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly run: string;
  readonly shell: string;
  readonly 'working-directory'?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const action = parse(readText('action.yml')) as Action;
const temporaryDirectory = temporaryDirectories();

type Values = Readonly<Record<string, string>>;

/** Names of an expression and their values; a name that is not here has none, as on GitHub. */
const valueOf = (term: string, names: Values): string => /^'(.*)'$/.exec(term)?.[1] ?? names[term] ?? '';

/** What the expressions of the file need of GitHub's: names, texts, `==`, `!=` and `&&`. */
const holds = (condition: string, names: Values): boolean =>
  condition.split(' && ').every((part) => {
    const [left = '', sign, right = ''] = part.split(' ');
    const [a, b] = [valueOf(left, names), valueOf(right, names)];
    if (sign === undefined) return a !== '';
    return sign === '==' ? a === b : a !== b;
  });

const filled = (value: string, names: Values): string =>
  value.replaceAll(/\$\{\{ (.+?) \}\}/g, (_, term: string) => valueOf(term, names));

const outputsIn = (path: string): Values =>
  Object.fromEntries(
    (existsSync(path) ? readFileSync(path, 'utf8') : '')
      .trim()
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

interface Comment {
  readonly id: number;
  body: string;
}

/**
 * It stands for GitHub's API on the loopback interface, as far as comments of one pull request go: two a page, with
 * the link to the next one, and only for whoever has the token.
 * https://docs.github.com/en/rest/issues/comments
 */
let api: Server;
let comments: Comment[];
let mayWrite: boolean;
const token = 'ghs_secret';

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
  const said = (status: number, body: unknown, headers: Values = {}): void =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  if (request.headers.authorization !== `Bearer ${token}`) return said(401, { message: 'Bad credentials' });
  if (request.method === 'GET' && pathname === '/repos/me/app/issues/7/comments') {
    const page = Number(searchParams.get('page') ?? 1);
    const next = `<http://${request.headers.host}${pathname}?page=${page + 1}>; rel="next"`;
    const found = comments.slice(2 * page - 2, 2 * page);
    return said(200, found, comments.length > 2 * page ? { link: next } : {});
  }
  if (!mayWrite) return said(403, { message: 'Resource not accessible by integration' });
  const { body } = JSON.parse(await text(request)) as { body: string };
  if (request.method === 'POST' && pathname === '/repos/me/app/issues/7/comments') {
    comments.push({ id: comments.length + 1, body });
    return said(201, {});
  }
  const changed = comments.find(({ id }) => pathname === `/repos/me/app/issues/comments/${id}`);
  if (request.method !== 'PATCH' || changed === undefined) return said(404, { message: 'Not Found' });
  changed.body = body;
  return said(200, {});
}

beforeEach(async () => {
  [comments, mayWrite] = [[], true];
  api = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(api, 'listening');
});
afterEach(() => {
  api.close();
});

interface Job {
  readonly inputs?: Values;
  readonly env?: Values;
  readonly isPullRequest?: boolean;
  /** The job's own directory, where the project is. */
  readonly cwd: string;
}

interface Ended {
  readonly exitCode: number;
  readonly log: string;
  readonly summary: string;
  readonly outputs: Values;
}

/** Runs the steps as GitHub's runner does, up to the first that fails. */
async function runAction({ inputs = {}, env = {}, isPullRequest = true, cwd }: Job): Promise<Ended> {
  const temp = temporaryDirectory();
  const summary = join(temp, 'summary.md');
  let [exitCode, log] = [0, ''];
  const names: Record<string, string> = {
    'github.token': token,
    ...(isPullRequest ? { 'github.event.pull_request.number': '7' } : {}),
  };
  for (const [name, input] of Object.entries(action.inputs)) {
    names[`inputs.${name}`] = inputs[name] ?? filled(input.default, names);
  }
  const known = {
    ...bareEnvironment(),
    ...env,
    GITHUB_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    GITHUB_REPOSITORY: 'me/app',
    GITHUB_ACTION_PATH: root.replace(/\/$/, ''),
    GITHUB_STEP_SUMMARY: summary,
    RUNNER_TEMP: temp,
  };
  for (const [i, step] of action.runs.steps.entries()) {
    if (step.if !== undefined && !holds(step.if, names)) continue;
    const [script, output] = [join(temp, `${i}.sh`), join(temp, `${i}.out`)];
    writeFileSync(script, step.run);
    const own = Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, names)]);
    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: join(cwd, filled(step['working-directory'] ?? '.', names)),
      env: { ...known, ...(Object.fromEntries(own) as Values), GITHUB_OUTPUT: output },
    });
    const printed = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, 'close')) as [number];
    log += (await printed).join('');
    for (const [name, value] of Object.entries(outputsIn(output))) names[`steps.${step.id}.outputs.${name}`] = value;
    exitCode = code;
    if (code !== 0) break;
  }
  expect(log).not.toContain(token);
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, names)]);
  return {
    exitCode,
    log,
    summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '',
    outputs: Object.fromEntries(outputs) as Values,
  };
}

/** A project that depends on this package, and its file of SQLite; with a table missing where it has drifted. */
async function project(isDrifted: boolean): Promise<{ readonly cwd: string; readonly url: string }> {
  const cwd = temporaryDirectory({ 'app/dbos-config.yaml': 'name: myapp\n' });
  mkdirSync(join(cwd, 'app', 'node_modules'));
  symlinkSync(root, join(cwd, 'app', 'node_modules', 'dbos-schema'));
  const path = join(cwd, 'app', 'a.sqlite');
  const url = `sqlite:///${path}`;
  expect(await runCli(['migrate', '-s', url])).toMatchObject({ exitCode: 0 });
  if (isDrifted) drift(path);
  return { cwd, url };
}

function drift(path: string): void {
  const database = new Database(path);
  database.exec('DROP TABLE streams');
  database.close();
}

const inApp = { 'working-directory': 'app' };

test('no script has an expression in it, which what an input holds could change', () => {
  expect(action.runs.using).toBe('composite');
  for (const { run, shell } of action.runs.steps) expect([run.includes('${{'), shell]).toEqual([false, 'bash']);
});

describe('the action', () => {
  test('passes where nothing differs, and comments that', async () => {
    const { cwd, url } = await project(false);
    const ended = await runAction({ cwd, inputs: inApp, env: { DBOS_SYSTEM_DATABASE_URL: url } });
    expect(ended).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'nothing-to-do', changes: '0', drift: 'false', hazards: '' },
    });
    expect(ended.log).toContain('::notice title=System database::');
    expect(ended.summary).toContain('nothing to do');
    expect(comments.map(({ body }) => body)).toEqual([ended.summary]);
  });

  test('fails on drift after it has commented the plan, in the place of what it said before', async () => {
    const { cwd, url } = await project(false);
    const job = { cwd, inputs: { ...inApp, 'system-database-url': url } };
    comments = ['a', 'b', 'c'].map((body, i) => ({ id: i + 1, body }));
    await runAction(job);
    drift(join(cwd, 'app', 'a.sqlite'));
    const ended = await runAction(job);
    expect(ended).toMatchObject({ exitCode: 2, outputs: { verdict: 'changes', drift: 'true' } });
    expect(Number(ended.outputs['changes'])).toBeGreaterThan(0);
    expect(ended.log).toContain('::error title=System database::');
    expect(comments.map(({ body }) => body)).toEqual(['a', 'b', 'c', ended.summary]);
    expect(ended.summary).toContain('CREATE TABLE');
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    expect(await runAction(job)).toMatchObject({ exitCode: 0, outputs: { verdict: 'nothing-to-do' } });
  });

  test('passes on drift where it is asked to, and says it all the same', async () => {
    const { cwd, url } = await project(true);
    const inputs = { ...inApp, 'fail-on-drift': 'false' };
    const ended = await runAction({ cwd, inputs, env: { DBOS_SYSTEM_DATABASE_URL: url } });
    expect(ended).toMatchObject({ exitCode: 0, outputs: { verdict: 'changes', drift: 'true' } });
    expect(ended.log).not.toContain('::error');
    expect(comments).toHaveLength(1);
  });

  test.each([
    ['without a pull request', { isPullRequest: false }, {}],
    ['where none is wanted', {}, { comment: 'false' }],
  ])('comments nothing %s', async (_, job, inputs) => {
    const { cwd, url } = await project(true);
    const env = { DBOS_SYSTEM_DATABASE_URL: url };
    const ended = await runAction({ cwd, env, inputs: { ...inApp, ...inputs }, ...job });
    expect([ended.exitCode, comments]).toEqual([2, []]);
    expect(ended.summary).toContain('CREATE TABLE');
  });

  test('warns where it may not comment, and fails on drift all the same', async () => {
    const { cwd, url } = await project(true);
    mayWrite = false;
    const ended = await runAction({ cwd, inputs: inApp, env: { DBOS_SYSTEM_DATABASE_URL: url } });
    expect(ended.exitCode).toBe(2);
    expect(ended.log).toMatch(
      /^::warning title=The plan was not written as a comment::GitHub answers 403 .*pull-requests/m,
    );
  });

  test('fails with the message of the error, and with no comment', async () => {
    const { cwd } = await project(false);
    const inputs = { ...inApp, 'system-database-url': 'postgresql://me:geheim@127.0.0.1:1/a' };
    const ended = await runAction({ cwd, inputs });
    expect([ended.exitCode, comments]).toEqual([1, []]);
    expect(ended.log).toContain('error: nothing listens at 127.0.0.1:1');
    expect(ended.log).not.toContain('geheim');
  });

  test('says what to do where the package is missing', async () => {
    const ended = await runAction({ cwd: temporaryDirectory() });
    expect(ended.exitCode).toBe(1);
    expect(ended.log).toContain('::error title=dbos-schema is not installed::');
  });

  test.each(['schema', 'app-role', 'system-database-url', 'working-directory', 'version'])(
    'runs nothing that stands in %s',
    async (name) => {
      const { cwd, url } = await project(false);
      mkdirSync(join(cwd, '$(touch made)'));
      const value = name === 'working-directory' ? '$(touch made)' : '--help $(touch made) `touch made`; touch made\n"';
      const ended = await runAction({ cwd, inputs: { ...inApp, 'system-database-url': url, [name]: value } });
      expect(['made', 'app/made', '$(touch made)/made'].filter((path) => existsSync(join(cwd, path)))).toEqual([]);
      expect(ended.log).not.toContain('Usage');
    },
  );
});
