import type { Look, Place } from '../../model/look.ts';
import type { InfluenceObject } from '../../model/objects.ts';

/**
 * One kind of thing that acts on our tables from elsewhere.
 * @typeParam R a row of its query, as JSON
 */
export interface Source<R = never> {
  /**
   * A condition that holds wherever there is one, and in few other places: most databases have none. It may use what
   * `regarded` in `asking.ts` defines, as `rows` may.
   */
  readonly mayBeThere: (look: Look) => string;
  readonly rows: (look: Look) => string;
  /** What a row stands for: nothing, where it changes no statement. */
  readonly read: (row: R, place: Place) => readonly Influence[];
}

export type Influence = Omit<InfluenceObject, 'kind' | 'schema' | 'what'>;
