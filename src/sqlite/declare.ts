import { type Catalog, catalogOf } from '../model/catalog.ts';
import type { Definitions } from '../model/definition.ts';
import type { Place } from '../model/look.ts';
import type { CatalogObject } from '../model/objects.ts';
import { kinds } from './kinds.ts';

/** The declared catalog. Functions, their triggers and roles are none of SQLite's. */
export const declare = (definitions: Definitions, place: Place): Catalog =>
  catalogOf(Object.values(kinds).flatMap((kind): readonly CatalogObject[] => kind.declare(definitions, place)));
