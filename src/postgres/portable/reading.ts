import type { Look } from '../../model/look.ts';
import type { CatalogObject, ObjectId } from '../../model/objects.ts';
import type { Views } from './views.ts';

/** Tables by what the role is shown of them. */
export interface Shown {
  /** All of these, as they are its own. */
  readonly own: ReadonlySet<string>;
  /** All columns of these. */
  readonly withColumns: ReadonlySet<string>;
  /** The keys, foreign keys and triggers of these. */
  readonly withKeys: ReadonlySet<string>;
}

/** What is read from, and what is known of it before. */
export interface Source {
  readonly look: Look;
  readonly views: Views;
  readonly isPostgres: boolean;
  readonly shown: Shown;
}

/** What the rows of some views come to. */
export interface Reading {
  readonly objects: readonly CatalogObject[];
  /** Objects that are there and cannot be made out. */
  readonly unread?: readonly ObjectId[];
  /** Fields that the role is not shown of single objects. */
  readonly unseenFields?: readonly (readonly [ObjectId, readonly string[]])[];
}
