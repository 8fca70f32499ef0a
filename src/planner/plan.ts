import type { Catalog } from '../model/catalog.ts';
import type { Change, Create, Rename } from '../model/change.ts';
import { UserError } from '../model/errors.ts';
import { idFor, traitsOf } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import type { Plan } from '../model/plan.ts';
import { diff } from './diff.ts';
import { fingerprint } from './fingerprint.ts';
import { order } from './order.ts';
import { keepOthers, type Ownership } from './ownership.ts';
import { withRenames } from './renames.ts';

export interface Question {
  /** As introspected: what the plan's basis is taken from. */
  readonly live: Catalog;
  /** The live catalog with the spellings of the target; `live` itself where nothing differed in spelling only. */
  readonly settled: Catalog;
  readonly target: Catalog;
  readonly ownership: Ownership;
}

/** A plan before its changes are written as statements. */
export type Outcome = Omit<Plan, 'segments'>;

/**
 * Computes the changes that turn the live catalog into the target and leave others' objects alone, in their order.
 * @throws UserError when a name that is needed belongs to an object of somebody else.
 */
export function plan({ live, settled, target, ownership }: Question): Outcome {
  const { changes, unmanaged } = keepOthers(withRenames(diff(settled, target), ownership), ownership);
  refuseNamesInUse(changes, unmanaged);
  return { basis: fingerprint(live), goal: fingerprint(target), changes: order(changes), unmanaged };
}

function refuseNamesInUse(changes: readonly Change[], unmanaged: readonly CatalogObject[]): void {
  const owners = new Map<string, CatalogObject>();
  for (const object of unmanaged) for (const name of traitsOf(object).occupies(object)) owners.set(name, object);
  for (const change of changes) {
    if (change.type !== 'create' && change.type !== 'rename') continue;
    for (const name of traitsOf(change.to).occupies(change.to)) {
      const owner = owners.get(name);
      if (owner !== undefined) throw nameInUse(change, owner);
    }
  }
}

const nameInUse = (change: Create | Rename, owner: CatalogObject): UserError =>
  new UserError(
    `the ${called(change.to).join(' ')} cannot be created: its name is taken by the ${called(owner).join(' ')}`,
    {
      hint: `rename or drop that ${called(owner)[0]}, which is none of ours, then run it again`,
    },
  );

function called(object: CatalogObject): readonly [what: string, name: string] {
  const traits = traitsOf(object);
  return traits.called?.(object) ?? [traits.label, idFor(object).slice(object.kind.length + 1)];
}
