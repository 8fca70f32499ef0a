import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import type { RetiredDefinition } from '../../src/model/definition.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import type { Ownership } from '../../src/planner/ownership.ts';

/** These objects may go, and no others. */
export const owning = (...objects: readonly CatalogObject[]): Ownership => ({
  retired: [],
  declared: catalogOf(objects),
  takes: 'everything of ours',
  foreign: new Set(),
});

/** Every object of the catalog may go. */
export const owningAll = (declared: Catalog): Ownership => ({
  retired: [],
  declared,
  takes: 'everything of ours',
  foreign: new Set(),
});

/** As for `migrate`. */
export const owningRetired = (
  retired: readonly RetiredDefinition[],
  { declared = new Map(), withRows = false }: { readonly declared?: Catalog; readonly withRows?: boolean } = {},
): Ownership => ({
  retired,
  declared,
  takes: withRows ? 'retired with rows' : 'retired',
  foreign: new Set(),
});
