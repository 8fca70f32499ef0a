import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Database from 'better-sqlite3';
import { planSchema } from '../support/plan-schema.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runCli } from './run.ts';

const file = new URL('../../plan.schema.json', import.meta.url);
if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(file, `${JSON.stringify(planSchema(), null, 2)}\n`);
const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const isPlan = new Ajv2020({ allErrors: true }).compile(schema);
const temporaryDirectory = temporaryDirectories();

type Json = Record<string, unknown>;

let plans: readonly Json[];

/** What is printed of a file that is not there, of one that is damaged, and of one that is as declared. */
async function printed(): Promise<readonly Json[]> {
  const cwd = temporaryDirectory({ 'dbos-config.yaml': `database: { migrate: ['echo hi'] }\n` });
  const json = async (mode: string): Promise<Json> => {
    const { stdout } = await runCli(['migrate', '-s', 'sqlite:///./a.sqlite', mode, '--format', 'json'], { cwd });
    return JSON.parse(stdout) as Json;
  };
  const fresh = await json('--plan');
  await runCli(['migrate', '-s', 'sqlite:///./a.sqlite'], { cwd });
  const complete = await json('--check');
  const database = new Database(join(cwd, 'a.sqlite'));
  database.exec(`ALTER TABLE queues DROP COLUMN updated_at; CREATE UNIQUE INDEX mine ON queues (concurrency);
    DROP INDEX idx_workflow_status_pending; CREATE TABLE job_queue (a); UPDATE dbos_migrations SET version = 3`);
  database.close();
  return [fresh, complete, await json('--plan'), await json('--check')];
}

beforeAll(async () => {
  plans = await printed();
});

test('the schema is what the document says', () => {
  expect(schema).toEqual(JSON.parse(JSON.stringify(planSchema())));
});

test('what the program prints is a plan', () => {
  for (const plan of plans) {
    isPlan(plan);
    expect(isPlan.errors ?? []).toEqual([]);
  }
});

describe('what is no plan is refused', () => {
  test.each([[null], [[]], ['plan'], [{}], [{ formatVersion: 1, databases: [], commands: [], total: {} }]])(
    '%j',
    (value) => {
      expect(isPlan(value)).toBe(false);
    },
  );

  test('nor is one with any of its fields missing, or of another type', () => {
    const [fresh, , damaged] = plans;
    let tried = 0;
    const expectRefused = (whole: Json, within: Json, name: string): void => {
      const value = within[name];
      delete within[name];
      expect([name, isPlan(whole)]).toEqual([name, false]);
      within[name] = Symbol('none');
      expect([name, isPlan(whole)]).toEqual([name, false]);
      within[name] = value;
      tried += 1;
    };
    /** Fields that may be absent, and values that may be anything. */
    const isFree = (name: string, within: Json): boolean =>
      (within['field'] !== undefined && name !== 'field') ||
      name === 'renamedFrom' ||
      (within['match'] === 'nothing' && name !== 'match');
    const walk = (whole: Json, value: unknown): void => {
      if (Array.isArray(value)) for (const item of value.slice(0, 3)) walk(whole, item);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      const within = value as Json;
      for (const name of Object.keys(within)) {
        if (isFree(name, within)) continue;
        expectRefused(whole, within, name);
        walk(whole, within[name]);
      }
    };
    for (const plan of [fresh, damaged]) if (plan !== undefined) walk(plan, plan);
    expect(tried).toBeGreaterThan(100);
  });
});
