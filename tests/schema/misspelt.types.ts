/** Column names that a table does not have: the type checker must refuse each of them. */
import { references, table } from '../../src/model/definition.ts';

const columns = { id: { type: 'text', notNull: true }, name: { type: 'text' } } as const;
const base = { name: 'example', about: 'An example', columns, primaryKey: ['id'] } as const;

export const parent = table(base);

const link = {
  columns: ['name'],
  references: references(parent, 'id'),
  onUpdate: 'CASCADE',
  onDelete: 'CASCADE',
} as const;

export const correct = table({
  ...base,
  uniques: [{ columns: ['name'] }],
  foreignKeys: [link],
  indexes: [
    { name: 'i', columns: ['name', { column: 'id', order: 'desc' }], include: ['id'], where: { isNotNull: 'name' } },
  ],
  content: { column: 'id', values: [1] },
});

export const misspelt = [
  // @ts-expect-error no such column
  table({ ...base, primaryKey: ['idd'] }),
  // @ts-expect-error no such column
  table({ ...base, uniques: [{ columns: ['nam'] }] }),
  // @ts-expect-error no such column
  table({ ...base, foreignKeys: [{ ...link, columns: ['nam'] }] }),
  // @ts-expect-error no such column in the table that is referenced
  references(parent, 'idd'),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: ['nam'] }] }),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: [{ column: 'nam', order: 'desc' }] }] }),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: ['name'], include: ['idd'] }] }),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: ['name'], where: { isNull: 'nam' } }] }),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: ['name'], where: { isNotNull: 'nam' } }] }),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: ['name'], where: { equals: ['nam', 'x'] } }] }),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: ['name'], where: { oneOf: ['nam', ['x']] } }] }),
  // @ts-expect-error no such column
  table({ ...base, indexes: [{ name: 'i', columns: ['name'], where: { all: [{ isNull: 'nam' }] } }] }),
  // @ts-expect-error no such column
  table({ ...base, content: { column: 'idd', values: [1] } }),
];
