import type { HazardName } from './hazard.ts';

/** Where a run leads: to what is declared, to nothing of ours, or to tables of ours that are as they were, and empty. */
export interface Goal {
  readonly aim: 'declared' | 'nothing' | 'empty';
  /** Hazards that the operator has consented to. */
  readonly allow: ReadonlySet<HazardName>;
  /** Ids of objects that are ours by the operator's word, whatever they look like. */
  readonly adopt: ReadonlySet<string>;
}
