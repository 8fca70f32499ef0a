import type { Catalog } from '../model/catalog.ts';
import type { ObjectId, VersionObject } from '../model/objects.ts';

/** A schema that a newer release has moved on. */
export interface Ahead {
  readonly id: ObjectId;
  readonly live: number;
  readonly declared: number;
}

/**
 * Finds a version row that is higher than the declared one: then the schema is not ours to change, since what we
 * declare is older than what is there.
 */
export function findAhead(live: Catalog, target: Catalog): Ahead | null {
  for (const [id, wanted] of target) {
    const found = live.get(id);
    if (wanted.kind !== 'version' || found?.kind !== 'version') continue;
    const [liveVersion, declared] = [highest(found), highest(wanted)];
    if (liveVersion > declared) return { id, live: liveVersion, declared };
  }
  return null;
}

/** What is no number says nothing. */
const highest = ({ values }: VersionObject): number => Math.max(0, ...values.map(Number).filter(Number.isFinite));
