import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planSql } from '../../src/report/plan-sql.ts';
import { hazard, inSync, planOf, statements, viewOf } from './sample-view.ts';

test('a script with the transactions of the run', () => {
  expect(planSql({ databases: [viewOf()], commands: [] })).toBe(`-- System database: postgresql://admin:***@db/prod_dbos
\\set ON_ERROR_STOP on
BEGIN;
SET LOCAL lock_timeout = '200ms';
CREATE TABLE lines (
  id text NOT NULL,
  text text
);
ALTER TABLE orders ALTER COLUMN owner TYPE text;
ALTER TABLE orders ALTER COLUMN owner SET DEFAULT 'nobody';
ALTER INDEX old RENAME TO by_owner;
COMMIT;
DROP INDEX CONCURRENTLY gone;
`);
});

test('what creates the database comes before the line that connects to it', () => {
  const [first, ...rest] = statements;
  const create = { ...first!, sql: 'CREATE DATABASE prod', on: 'server', commits: 'no transaction' } as const;
  const view = viewOf({ connect: '\\connect prod', plan: planOf({ statements: [create, ...rest.slice(2, 3)] }) });
  expect(planSql({ databases: [view, viewOf({ title: 'Application database' })], commands: [] })).toMatch(
    /^-- System.*\n\\set ON_ERROR_STOP on\nCREATE DATABASE prod;\n\\connect prod\nBEGIN;\n[^]*\nCOMMIT;\n\n-- Application database: .*\nBEGIN;\n/,
  );
});

test('a database on another server is created there', () => {
  const create = { ...statements[0]!, sql: 'CREATE DATABASE far', on: 'server', commits: 'no transaction' } as const;
  const plan = planOf({ statements: [create, ...statements.slice(3, 4)] });
  const lines = { connectServer: '\\connect "server"', connect: '\\connect "database"' };
  expect(planSql({ databases: [viewOf({ ...lines, plan })], commands: [] })).toContain(
    '\n\\connect "server"\nCREATE DATABASE far;\n\\connect "database"\nBEGIN;\n',
  );
  const existing = planSql({ databases: [viewOf(lines)], commands: [] });
  expect(existing).not.toContain('server');
  expect(existing).toContain('\n\\connect "database"\nBEGIN;\n');
});

test('databases of two kinds each get the settings of their shell', () => {
  const script = planSql({
    databases: [viewOf(), viewOf({ dialect: 'sqlite', url: 'sqlite:///./x', begin: ['BEGIN IMMEDIATE'] })],
    commands: [],
  });
  expect(script).toContain('\n-- System database: sqlite:///./x\n.bail on\nBEGIN IMMEDIATE;\n');
});

test('nothing to do is one comment', () => {
  expect(planSql({ databases: [inSync(), inSync()], commands: [] })).toBe('-- Nothing to do.\n');
  expect(planSql({ databases: [inSync()], commands: ['x'] })).toBe(
    '-- Nothing to do in the databases.\n-- Then these commands run:\n--   x\n',
  );
});

test('each segment is a transaction of its own, and who reads it is told of the hazards', () => {
  const [first, second, third] = statements.slice(1);
  const alone = { ...second!, commits: 'alone', hazards: [hazard('may-fail', 'rows\nmay differ')] } as const;
  const plan = planOf({ statements: [first!, alone, third!] });
  expect(planSql({ databases: [viewOf({ plan, begin: ['BEGIN'] })], commands: [] })).toContain(`
BEGIN;
ALTER TABLE orders ALTER COLUMN owner TYPE text;
COMMIT;
BEGIN;
-- may-fail: rows\\nmay differ
ALTER TABLE orders ALTER COLUMN owner SET DEFAULT 'nobody';
COMMIT;
BEGIN;
ALTER INDEX old RENAME TO by_owner;
COMMIT;
`);
});

describe('nothing ends a comment', () => {
  const lineEnds = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom('\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f', '--', '*/', '\\q', ';', '\u202e'),
        fc.string(),
      ),
    )
    .map((parts) => parts.join(''));

  test('in a command', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1 }), (commands) => {
        const lines = planSql({ databases: [], commands }).split(lineEnds);
        expect(lines.filter((line) => line !== '' && !line.startsWith('-- '))).toEqual([]);
        expect(lines.slice(0, 2)).toEqual(['-- Nothing to do in the databases.', '-- Then these commands run:']);
      }),
    );
  });

  test('in a URL', () => {
    fc.assert(
      fc.property(hostile, (url) => {
        const [first, second] = planSql({ databases: [viewOf({ url })], commands: [] }).split(lineEnds);
        expect(first?.startsWith('-- System database: ')).toBe(true);
        expect(second).toBe('\\set ON_ERROR_STOP on');
      }),
    );
  });

  test('in what a hazard says', () => {
    fc.assert(
      fc.property(hostile, (why) => {
        const plan = planOf({ statements: [{ ...statements[1]!, hazards: [hazard('may-fail', why)] }] });
        const lines = planSql({ databases: [viewOf({ plan, begin: ['BEGIN'] })], commands: [] }).split(lineEnds);
        expect(lines.slice(2).filter((line) => !line.startsWith('-- '))).toEqual([
          'BEGIN;',
          'ALTER TABLE orders ALTER COLUMN owner TYPE text;',
          'COMMIT;',
          '',
        ]);
      }),
    );
  });

  test('and a command of several lines keeps them', () => {
    expect(planSql({ databases: [], commands: ['a\r\n  b\n\nc\u2028d\te'] })).toContain(
      '\n--   a\n--     b\n--   \n--   c\n--   d\\te\n',
    );
  });
});
