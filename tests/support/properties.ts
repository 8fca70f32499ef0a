import * as fc from 'fast-check';

/**
 * Generated cases are the same in every run, so that a failure is the doing of the change at hand.
 * `PROPERTY_SEED=random` looks for new ones; `PROPERTY_SEED=<number>` repeats what such a search printed.
 */
const seed = process.env.PROPERTY_SEED ?? '125';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
