import * as fc from 'fast-check';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { idOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectId } from '../../src/model/objects.ts';
import { add } from './arbitrary-catalog.ts';
import { aColumn, aForeignKey, aFunction, aKey, aTrigger, anIndex } from './sample-objects.ts';

/** All objects that a small catalog can hold, what is required first; those of one id differ in their definition. */
function makeUniverse(): readonly CatalogObject[] {
  const schema = 's';
  const tables = ['a', 'b', 'c'];
  const names = ['a', 'b', 'p', 'q'];
  const columns = ['x', 'y'];
  const inTables = <O extends CatalogObject>(make: (table: string) => readonly O[]): readonly O[] =>
    tables.flatMap(make);
  return [
    { kind: 'schema', name: schema },
    ...inTables((name) => [{ kind: 'table', schema, name, persistence: 'permanent', options: [] }]),
    ...inTables((table) => columns.map((name) => ({ ...aColumn, schema, table, name }))),
    ...inTables((table) => columns.map((name) => ({ ...aColumn, schema, table, name, type: 'bigint' }))),
    ...inTables((table) =>
      names.flatMap((name) => columns.map((column) => ({ ...aKey, schema, table, name, columns: [column] }))),
    ),
    ...inTables((table) =>
      names.flatMap((name) => columns.map((column) => ({ ...anIndex, schema, table, name, columns: [column] }))),
    ),
    // What a key references is part of its name: one that changed over to a table that takes its old target's name
    // would wait for itself.
    ...inTables((table) =>
      tables.map((referencedTable) => ({
        ...aForeignKey,
        schema,
        table,
        name: `to ${referencedTable}`,
        columns: ['x'],
        referencedSchema: schema,
        referencedTable,
        referencedColumns: ['x'],
      })),
    ),
    ...names.map((name) => ({ kind: 'view', schema, name, materialized: false, definition: '' }) as const),
    ...names.map((name) => ({ ...aFunction, schema, name, signature: '' })),
    ...inTables((table) =>
      names.map((name) => ({ ...aTrigger, schema, table, name: 'r', function: idOf.function(schema, name, '') })),
    ),
    ...inTables((table) => [{ kind: 'version', schema, table, column: 'x', values: ['1'] } as const]),
  ];
}

const universe = makeUniverse();

/**
 * A small catalog out of few names, so that two of them have a lot in common and names change their owners: a table's
 * name was an index's before, a key's name another table's.
 */
export const smallCatalog: fc.Arbitrary<Catalog> = fc
  .array(fc.nat(universe.length - 1), { maxLength: 40 })
  .map((picks) => {
    const live = new Map<ObjectId, CatalogObject>();
    const picked = new Set(picks.map((i) => universe[i]));
    for (const object of universe) if (picked.has(object)) add(live, object);
    return catalogOf(live.values());
  });
