import { escapeIdentifier as quote } from 'pg';
import type { Catalog } from '../../../src/model/catalog.ts';
import type { Connection } from '../../../src/model/dialect.ts';
import type { ColumnObject } from '../../../src/model/objects.ts';

/** So many that a query over all of them is another one than a query over one. */
const count = 2_000;

/** Puts rows into every table that has none, but those whose content is declared; the ones that others point at come first. */
export async function fillSchema(connection: Connection, catalog: Catalog): Promise<void> {
  const objects = [...catalog.values()];
  const contents = new Set(objects.flatMap((o) => (o.kind === 'version' ? [o.table] : [])));
  const children = new Set(objects.flatMap((o) => (o.kind === 'foreignKey' ? [o.table] : [])));
  const tables = objects.flatMap((o) => (o.kind === 'table' && !contents.has(o.name) ? [o] : []));
  const parentsFirst = [...tables.filter((t) => !children.has(t.name)), ...tables.filter((t) => children.has(t.name))];
  await connection.query(
    parentsFirst.map(({ schema, name }) => {
      const columns = objects.filter((o): o is ColumnObject => o.kind === 'column' && o.table === name);
      const table = `${quote(schema)}.${quote(name)}`;
      return `INSERT INTO ${table} (${columns.map((c) => quote(c.name)).join(', ')})
        SELECT ${columns.map(valueOf).join(', ')} FROM generate_series(1, ${count}) i WHERE NOT EXISTS (SELECT FROM ${table})`;
    }),
  );
}

/** No two rows share a value where they could collide, and every value survives a narrower type. */
function valueOf({ name, type }: ColumnObject): string {
  if (type === 'jsonb') return `jsonb_build_object('i', i)`;
  if (type === 'boolean') return 'i % 2 = 0';
  if (/^(?:bigint|integer|double precision|numeric)/.test(type)) return 'i';
  // What foreign keys point at, and with.
  return name === 'workflow_uuid' || name === 'destination_uuid' ? `'workflow ' || i` : `'value ' || i`;
}
