import type { CatalogObject, ObjectId, ObjectKind, ObjectOf } from './objects.ts';

export interface Create<O extends CatalogObject = CatalogObject> {
  readonly type: 'create';
  readonly id: ObjectId;
  readonly to: O;
}

export interface Alter<O extends CatalogObject = CatalogObject> {
  readonly type: 'alter';
  readonly id: ObjectId;
  readonly from: O;
  readonly to: O;
}

/** One object under a new name; its definition stays. `id` is the new one. */
export interface Rename<O extends CatalogObject = CatalogObject> {
  readonly type: 'rename';
  readonly id: ObjectId;
  readonly from: O;
  readonly to: O;
}

export interface Drop<O extends CatalogObject = CatalogObject> {
  readonly type: 'drop';
  readonly id: ObjectId;
  readonly from: O;
}

/** Create, alter, rename or drop of one object. */
export type Change<O extends CatalogObject = CatalogObject> = Create<O> | Alter<O> | Rename<O> | Drop<O>;

export type ChangeOf<K extends ObjectKind> = Change<ObjectOf<K>>;

/** The object a change is about: as it will be, or, for a drop, as it was. */
export const subject = <O extends CatalogObject>(change: Change<O>): O =>
  change.type === 'drop' ? change.from : change.to;
