import { describe, expect, test } from '@jest/globals';
import { catalogOf } from '../../src/model/catalog.ts';
import { isPlain } from '../../src/model/plain-expression.ts';
import { traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ColumnObject, IndexObject } from '../../src/model/objects.ts';
import { aCheck, aColumn, aForeignKey, aKey, anIndex } from '../support/sample-objects.ts';

const place = { schema: 'dbos', table: 'streams' } as const;
const column = (name: string, type: string): CatalogObject => ({ ...aColumn, ...place, name, type });
const declared = catalogOf([
  column('id', 'text'),
  column('value', 'text'),
  column('status', 'text'),
  column('short', 'character varying(255)'),
  column('n', 'bigint'),
  { ...aKey, ...place, name: 'pkey', primary: true, columns: ['id'] },
  { ...anIndex, ...place, name: 'by_status', columns: ['status DESC'] },
]);
const dangerOf = (object: CatalogObject): string | null => traitsOf(object).danger(object, declared);

describe('an expression that can be computed of every row', () => {
  test.each([
    'status = 1',
    `(status = 'PENDING'::text)`,
    `((status)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying])::text[]))`,
    `(("a b" IS NOT NULL) AND (n > 0) AND (NOT done))`,
    `flag IN (0, -1) OR "key" <> 'it''s (x)'`,
    'n BETWEEN 1 AND 2',
    `(created_at > '2020-01-01 00:00:00+00'::timestamp with time zone)`,
    '(n > (1000)::numeric)',
    "('x') STORED",
  ])('%s', (text) => {
    expect(isPlain(text)).toBe(true);
  });

  test.each([
    '(1 / priority)',
    "json_extract(inputs, '$.a')",
    `"json"(inputs) = 1`,
    'abs(n) = 1',
    'abs (n) = 1',
    "inputs -> 'a' IS NULL",
    "((inputs ->> 'a'::text) = 'b'::text)",
    '((value)::integer > 0)',
    '(value)::public.text = 1',
    "status LIKE 'a%'",
    "status REGEXP 'a'",
    'CAST(value AS INTEGER) = 1',
    '(mine * 2) STORED',
    'a || b',
    'a - 1 > 0',
    'status = $1',
  ])('is not %s', (text) => {
    expect(isPlain(text)).toBe(false);
  });
});

describe('an index', () => {
  const index = (more: Partial<IndexObject>): string | null =>
    dangerOf({ ...anIndex, ...place, name: 'mine', columns: ['n'], ...more });

  test.each<Partial<IndexObject>>([
    { columns: ['n', 'status', '"short"'] },
    { columns: ['id COLLATE "C" text_pattern_ops DESC NULLS LAST'] },
    { columns: ['"short" DESC'], include: ['n'] },
    { predicate: `(status = 'PENDING'::text)` },
    { columns: ['id COLLATE NOCASE DESC'] },
    { columns: ['theirs'] },
    { columns: ['value'], method: 'hash' },
    { columns: ['value'], method: 'spgist' },
    { columns: ['n'], method: 'brin' },
    { columns: ['value public.gin_trgm_ops'], method: 'gin' },
  ])('of columns is harmless: %j', (more) => {
    expect(index(more)).toBeNull();
  });

  test.each<[Partial<IndexObject>, string]>([
    [
      { unique: true },
      'an insert or update of the runtime in streams fails for a row that is equal to another one in (n)',
    ],
    [
      { columns: ['(1 / n)'] },
      'an insert or update of the runtime in streams fails where (1 / n) cannot be computed of the row',
    ],
    [
      { columns: ["json_extract(value, '$.a') DESC"] },
      "an insert or update of the runtime in streams fails where json_extract(value, '$.a') DESC cannot be computed of the row",
    ],
    [
      { predicate: '((value)::integer > 0)' },
      'an insert or update of the runtime in streams fails where ((value)::integer > 0) cannot be computed of the row',
    ],
    [
      { columns: ['n + 1'] },
      'an insert or update of the runtime in streams fails where n + 1 cannot be computed of the row',
    ],
    [
      { columns: ['id COLLATE TURKISH'] },
      "an insert or update of the runtime in streams fails without the collation of id COLLATE TURKISH, which is an application's own",
    ],
    [
      { columns: ['n', 'value'] },
      'an insert or update of the runtime in streams fails for a row with a long value: a btree takes 2704 bytes a row at most',
    ],
    [
      { columns: ['status', 'n', 'id'] },
      'an insert or update of the runtime in streams fails for a row with a long status and id: a btree takes 2704 bytes a row at most',
    ],
    [
      { columns: ['value'], method: 'brin' },
      'an insert or update of the runtime in streams fails for a row with a long value: an entry of a brin index has to fit into a page of 8 kB',
    ],
    [
      { columns: ['value public.gist_trgm_ops'], method: 'gist' },
      'an insert or update of the runtime in streams fails for a row with a long value: an entry of a gist index has to fit into a page of 8 kB',
    ],
    [
      { columns: ['n mine.own_ops'] },
      'an insert or update of the runtime in streams fails where the operator class of n mine.own_ops does',
    ],
    [
      { include: ['value'] },
      'an insert or update of the runtime in streams fails for a row with a long value: a btree takes 2704 bytes a row at most',
    ],
  ])('that can refuse a row says which write: %j', (more, danger) => {
    expect(index(more)).toBe(danger);
  });
});

describe('a column', () => {
  const domain = { base: 'text', notNull: false, default: null, checks: [] };
  const theirs = (more: Partial<ColumnObject>): string | null =>
    dangerOf({ ...aColumn, ...place, name: 'mine', ...more });

  test.each<Partial<ColumnObject>>([
    {},
    { nullable: false, default: "'x'::text" },
    { default: 'now()' },
    { default: `nextval('dbos.mine_seq'::regclass)` },
    { default: `((EXTRACT(epoch FROM now()) * 1000.0))::bigint` },
    { default: `strftime('%s', 'now') * 1000`, type: 'INTEGER', nullable: false },
    { generated: '(id) STORED' },
    { generated: '(n) STORED', type: 'bigint' },
    { generated: '((n > 5)) VIRTUAL', type: 'boolean' },
    { generated: '(n) VIRTUAL', type: 'INTEGER' },
    { nullable: false, identity: 'always' },
    { generated: "(status = 'x') STORED" },
    { collation: 'NOCASE' },
    { collation: '"de_DE"' },
    { domain },
    { domain: { ...domain, checks: ["((VALUE <> ''::text) AND (VALUE <> 'x'::text))"] } },
    { domain: { ...domain, notNull: true, default: "'x'::text" } },
    { domain: { ...domain, notNull: true }, default: "'x'::text" },
  ])('that is filled without fail is harmless: %j', (more) => {
    expect(theirs(more)).toBeNull();
  });

  test.each<[Partial<ColumnObject>, string]>([
    [{ nullable: false }, 'the inserts of the runtime fail'],
    [{ domain: { ...domain, notNull: true } }, 'the inserts of the runtime fail'],
    [
      { domain: { ...domain, notNull: true, default: "'x'::text" }, default: 'NULL::text' },
      'the inserts of the runtime',
    ],
    [
      { domain: { ...domain, notNull: true }, generated: "(status = 'x') STORED" },
      'an insert or update of the runtime',
    ],
    [{ domain: { ...domain, default: 'mine()' } }, 'where its default, mine(), cannot be computed'],
    [
      { domain: { ...domain, checks: ['(VALUE IS NOT NULL)'] } },
      'mine then is, NULL, does not meet (VALUE IS NOT NULL)',
    ],
    [{ domain: { ...domain, checks: ['(length(VALUE) > 1)'] } }, 'does not meet (length(VALUE) > 1) of its domain'],
    [{ domain: { ...domain, checks: ["((VALUE <> ''::text) AND false)"] } }, 'does not meet'],
    [{ domain: { ...domain, checks: ["((VALUE <> ''::text) AND (1 > 2))"] } }, 'does not meet'],
    [
      { domain: { ...domain, checks: ["(VALUE <> ''::text)"] }, default: "''::text" },
      "mine then is, ''::text, does not meet",
    ],
    [{ generated: '(((value)::jsonb -> 0)) STORED' }, 'an insert or update of the runtime in streams fails where'],
    [{ generated: '(json(value)) VIRTUAL' }, 'an insert or update of the runtime in streams fails where'],
    [
      { generated: '(value = id) STORED', nullable: false },
      'an insert or update of the runtime in streams fails where',
    ],
    [{ default: 'public.tenant()' }, 'an insert of the runtime into streams fails where its default, public.tenant()'],
    [{ default: 'public.now()' }, 'an insert of the runtime into streams fails where its default, public.now()'],
    [{ default: `current_setting('app.tenant'::text)` }, 'an insert of the runtime into streams fails where'],
    [{ generated: '(n) STORED', type: 'smallint' }, 'an insert or update of the runtime in streams fails where'],
    [{ generated: '(id) STORED', type: 'character varying(2)' }, 'an insert or update of the runtime in streams'],
    [{ default: '1 / 0', type: 'INTEGER', nullable: false }, 'an insert of the runtime into streams fails where'],
    [{ collation: 'TURKISH' }, 'fails without the collation of mine COLLATE TURKISH'],
  ])('that can refuse a row says which write: %j', (more, danger) => {
    expect(theirs(more)).toContain(danger);
  });
});

test('keys, checks and foreign keys say which write they refuse', () => {
  const key = { ...aForeignKey, ...place, name: 'f', columns: ['x'] };
  expect(
    [
      { ...aKey, ...place, name: 'k', columns: ['a', 'b'] },
      { ...aCheck, ...place, name: 'c', expression: '(n > 0)' },
      key,
      { ...key, table: 'mine', onDelete: 'NO ACTION', incoming: 'holds' } as const,
      { ...key, table: 'mine', incoming: 'fits no key' } as const,
      { ...key, table: 'mine', incoming: 'follows' } as const,
      { ...key, notEnforced: true } as const,
    ].map(dangerOf),
  ).toEqual([
    'an insert or update of the runtime in streams fails for a row that is equal to another one in (a, b)',
    'an insert or update of the runtime in streams fails for a row that does not meet (n > 0)',
    'an insert or update of the runtime in streams fails for a row whose (x) is not in workflow_status',
    'a delete of the runtime in workflow_status fails while rows of mine refer to the row, with ON DELETE NO ACTION of (x)',
    'every delete of the runtime in workflow_status fails: (workflow_uuid) is no key of it, so the reference of mine (x) fits nothing',
    null,
    null,
  ]);
});
