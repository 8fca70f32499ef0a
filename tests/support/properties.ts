import * as fc from 'fast-check';

/**
 * Generated cases are the same in every run, so that a failure is the doing of the change at hand.
 * `PROPERTY_SEED=random` looks for new ones; `PROPERTY_SEED=<number>` repeats what such a search printed.
 */
const seed = process.env['PROPERTY_SEED'] ?? '125';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

/** The part of the cases that the quick suite tries; `npm run test:generated` tries all. */
const part = process.env['PROPERTY_CASES'] === 'all' ? 1 : 0.2;

/** The cases of a long list to try, spread over it. */
export const chosen = <T>(all: readonly T[]): readonly T[] => all.filter((_, i) => i % Math.round(1 / part) === 0);

/** How many cases of a property to try, of as many as are enough to trust it. */
export const tries = (enough: number): number => Math.ceil(enough * part);
