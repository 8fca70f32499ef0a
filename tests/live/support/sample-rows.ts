import type { Catalog } from '../../../src/model/catalog.ts';
import type { ColumnObject } from '../../../src/model/objects.ts';

/** A row of a table: values by column, all of them texts, numbers or booleans. */
export type SampleRow = Readonly<Record<string, string | number | boolean>>;

/**
 * Two rows for every declared table but those that hold a version, parents first. Every column has a value, no two
 * rows share one where they could collide, and every value survives a narrower type.
 */
export function sampleRows(catalog: Catalog): ReadonlyMap<string, readonly SampleRow[]> {
  const objects = [...catalog.values()];
  const versions = new Set(objects.flatMap((o) => (o.kind === 'version' ? [o.table] : [])));
  const columns = objects.filter((o) => o.kind === 'column' && !versions.has(o.table)) as readonly ColumnObject[];
  const children = new Set(objects.flatMap((o) => (o.kind === 'foreignKey' ? [o.table] : [])));
  const tables = [...new Set(columns.map(({ table }) => table))];
  const parentsFirst = [...tables.filter((t) => !children.has(t)), ...tables.filter((t) => children.has(t))];
  return new Map(
    parentsFirst.map((table) => {
      const own = columns.filter((column) => column.table === table);
      return [table, [0, 1].map((row) => Object.fromEntries(own.map((column) => [column.name, valueOf(column, row)])))];
    }),
  );
}

function valueOf({ table, name, type }: ColumnObject, row: number): string | number | boolean {
  // What foreign keys point at, and with.
  if (name === 'workflow_uuid' || name === 'destination_uuid') return `workflow ${row}`;
  if (name === 'status') return row === 0 ? 'PENDING' : 'ENQUEUED';
  if (type === 'jsonb') return JSON.stringify({ [name]: ['ü', null, row] });
  if (/^(?:bigint|integer|numeric.*)$/i.test(type)) return 1000 + row;
  if (/^(?:double precision|REAL)$/.test(type)) return row + 0.25;
  if (/^boolean$/i.test(type)) return row === 0;
  return `${table}.${name}`.slice(0, 25) + ` "\\'ü\n${row}`;
}
