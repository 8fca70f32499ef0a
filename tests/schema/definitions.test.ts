import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applicationDefinitions, runtimeVersion, systemDefinitions } from '../../schema/index.ts';
import { combine } from '../../src/model/definition.ts';

const both = combine(systemDefinitions, applicationDefinitions);
const declared = [...both.tables, ...both.functions, ...both.triggers];

describe('files', () => {
  const folder = new URL('../../schema/', import.meta.url);

  test('each declares the one object that it is named as, and every one is listed', async () => {
    const files = (await readdir(folder)).filter(
      (file) => file.endsWith('.ts') && !['index.ts', 'retired.ts'].includes(file),
    );
    for (const file of files) {
      const exported = Object.values((await import(new URL(file, folder).href)) as Record<string, unknown>);
      const objects = declared.filter((object) => exported.includes(object));
      expect(objects.map((object) => object.name)).toEqual([basename(file, '.ts')]);
    }
    expect(files.length).toBe(declared.length);
  });
});

describe('texts', () => {
  const texts = [
    ...declared.map(({ name, about }) => [name, about] as const),
    ...both.tables.flatMap((table) =>
      Object.entries(table.columns).flatMap(([column, { about }]) =>
        about === undefined ? [] : [[`${table.name}.${column}`, about] as const],
      ),
    ),
  ];

  test.each(texts)('%s: one line that reads as a phrase', (_, about) => {
    expect(about).toMatch(/^\S+( \S+)+$/);
    expect(about).not.toMatch(/\.$/);
    expect(about.length).toBeLessThanOrEqual(110);
  });

  test('a column of time says its unit', () => {
    const counts = new Set(['recovery_attempts', 'version', 'runtime_version']);
    const units = both.tables.flatMap((table) =>
      Object.entries(table.columns).flatMap(([name, { type, about }]) =>
        (type === 'bigint' && !counts.has(name)) || type === 'double' ? [[`${table.name}.${name}`, about]] : [],
      ),
    );
    expect(units.length).toBeGreaterThan(25);
    for (const [name, about] of units) expect([name, about]).toEqual([name, expect.stringMatching(/seconds/)]);
  });
});

describe('both databases', () => {
  test('hold the same record of migrations, which is declared once in a database that serves as both', () => {
    const shared = systemDefinitions.tables.filter((table) => applicationDefinitions.tables.includes(table));
    expect(shared.map((table) => table.name)).toEqual(['migrations']);
    expect(new Set(both.tables.map((table) => table.name)).size).toBe(both.tables.length);
  });

  test('hold one version row in each bookkeeping table', () => {
    const contents = both.tables.flatMap(({ name, content }) =>
      content === undefined ? [] : [[name, content.values]],
    );
    expect(Object.fromEntries(contents)).toEqual({
      dbos_migrations: [runtimeVersion],
      dbos_transaction_completion_migrations: [1],
      dbos_datasource_migrations: [1],
    });
  });
});

describe('references', () => {
  test('are to the primary key of a table of the same database and follow it on delete', () => {
    for (const { tables } of [systemDefinitions, applicationDefinitions]) {
      for (const { foreignKeys = [] } of tables) {
        for (const { references, onUpdate, onDelete } of foreignKeys) {
          const target = tables.find((table) => table.name === references.table);
          expect(references.columns).toEqual(target?.primaryKey);
          expect([onUpdate, onDelete]).toEqual(['CASCADE', 'CASCADE']);
        }
      }
    }
  });
});

const key = (kind: string, table: string | undefined, name: string): string => `${kind} ${table ?? ''} ${name}`;

describe('retired', () => {
  const retired = both.retired.map(({ kind, table, name }) => key(kind, table, name));

  test('are named once', () => {
    expect(new Set(retired).size).toBe(retired.length);
  });

  test('are not declared too, but for the functions of which there were overloads', () => {
    const current = new Set([
      ...both.tables.flatMap((table) => [
        key('table', undefined, table.name),
        key('view', undefined, table.name),
        key('key', table.name, `${table.name}_pkey`),
        ...(table.uniques ?? []).map((u) => key('key', table.name, `${table.name}_${u.columns.join('_')}_key`)),
        ...(table.foreignKeys ?? []).map((f) =>
          key('foreignKey', table.name, `${table.name}_${f.columns.join('_')}_fkey`),
        ),
        ...(table.indexes ?? []).map((index) => key('index', table.name, index.name)),
      ]),
      ...both.functions.map((definition) => key('function', undefined, definition.name)),
      ...both.triggers.map((trigger) => key('trigger', trigger.table, trigger.name)),
    ]);
    expect(retired.filter((name) => current.has(name))).toEqual([
      'function  enqueue_workflow',
      'function  send_message',
    ]);
  });

  test('hold data when they are tables, and only then', () => {
    for (const { kind, holdsData } of both.retired) expect(holdsData === true).toBe(kind === 'table');
  });
});
