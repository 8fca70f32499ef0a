import { type Catalog, catalogOf } from '../model/catalog.ts';
import type { Definitions } from '../model/definition.ts';
import type { Place } from '../model/look.ts';
import { kinds, modulesOf } from './kinds.ts';

/** The declared catalog, every text of it spelt as PostgreSQL 14 to 18 print it. */
export const declare = (definitions: Definitions, place: Place): Catalog =>
  catalogOf(modulesOf(kinds).flatMap(([, module]) => module.declare(definitions, place)));
