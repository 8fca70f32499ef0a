import { describe, expect, test } from '@jest/globals';
import { canonical, canonicalDefault, isConstant, nameText } from '../../../src/sqlite/text/canonical.ts';

const columns = new Map(['status', 'key', 'created_at', 'queueName'].map((name) => [name.toLowerCase(), name]));
const names = { table: 't', column: (name: string) => columns.get(name.toLowerCase()) };

describe('canonical', () => {
  test.each([
    ["status = 'DELAYED'", "status = 'DELAYED'"],
    [`"status"='DELAYED'`, "status = 'DELAYED'"],
    ["`STATUS` == 'x'", "status = 'x'"],
    ["[Status] != 'x'", "status <> 'x'"],
    [`(("status" in ('A','B')))`, "status IN ('A', 'B')"],
    ['(status = 1) and (key = 2)', '(status = 1) AND ("key" = 2)'],
    ['"key" is not null', '"key" IS NOT NULL'],
    ['key IS NOT NULL', '"key" IS NOT NULL'],
    ['queuename is null', 'queueName IS NULL'],
    ['status -- the state\n = /* of */ 1', 'status = 1'],
    ['t.status > 0 AND "T"."key" > 0', 'status > 0 AND "key" > 0'],
    ['- 1', '-1'],
    ['status = -1', 'status = -1'],
    ['status-1', 'status - 1'],
    ['- -1', '- -1'],
    ['NULL - 1', 'NULL - 1'],
    ['- status', '-status'],
    ['LOWER ( status )', 'lower(status)'],
    ['cast(status as integer)', 'CAST (status AS INTEGER)'],
    ['status collate nocase', 'status COLLATE NOCASE'],
    ['status collate "nocase"', 'status COLLATE NOCASE'],
    ["status->>'$.x'||'y'", "status ->> '$.x' || 'y'"],
    ['case when status then 1 else 2 end', 'CASE WHEN status THEN 1 ELSE 2 END'],
    ["x'00ff' = status", "x'00ff' = status"],
    ['status = "it\'s"', "status = 'it''s'"],
    ['other.status = 1', 'other.status = 1'],
  ])('%s', (sql, expected) => {
    expect(canonical(sql, names)).toBe(expected);
    expect(canonical(expected, names)).toBe(expected);
  });
});

describe('canonicalDefault', () => {
  test.each([
    [null, null],
    ['NULL', null],
    ['(null)', null],
    ["''", "''"],
    ['"abc"', "'abc'"],
    ['abc', "'abc'"],
    ['true', 'TRUE'],
    ['False', 'FALSE'],
    ['1.0', '1.0'],
    ['+1', '+1'],
    ['current_timestamp', 'CURRENT_TIMESTAMP'],
    ["strftime('%s','now') * 1000", "strftime('%s', 'now') * 1000"],
    ["(strftime('%s','now')*1000)", "strftime('%s', 'now') * 1000"],
    ["unixepoch('subsec') * 1000", "unixepoch('subsec') * 1000"],
    ["UNIXEPOCH('subsec')*1000", "unixepoch('subsec') * 1000"],
    ["unixepoch('subsec') * 1000 + 1", "unixepoch('subsec') * 1000 + 1"],
    ['hex(randomblob(16))', 'hex(randomblob(16))'],
  ])('%s', (sql, expected) => {
    expect(canonicalDefault(sql)).toBe(expected);
  });
});

test.each([
  ['1', true],
  ['-1.5e-3', true],
  ['0xFF', true],
  ["'it''s'", true],
  ["x'00'", true],
  ['FALSE', true],
  ["'a' || 'b'", false],
  ['1 - 2', false],
  ['CURRENT_TIMESTAMP', false],
  ['hex(randomblob(16))', false],
])('isConstant %s', (text, expected) => {
  expect(isConstant(text)).toBe(expected);
});

test.each([
  ['status', 'status'],
  ['offset', '"offset"'],
  ['Key', '"Key"'],
  ['two words', '"two words"'],
  ['a"b', '"a""b"'],
  ['1st', '"1st"'],
])('nameText %s', (name, expected) => {
  expect(nameText(name)).toBe(expected);
});
