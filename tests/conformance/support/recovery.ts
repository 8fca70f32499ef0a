/** Workflows that a killed release has left: one has ended a step and waits for a word, the other has ended none. */
export type Left = 'survivor' | 'untouched';

export const allLeft: readonly Left[] = ['survivor', 'untouched'];

/**
 * What they give once they are recovered, in the order in which they are named.
 * @param process the one that was killed, which is in what the ended step gave: it does not run again
 */
export const resultsOf = (workflows: readonly Left[], process: number): readonly { readonly result: string }[] => {
  const results = { survivor: `survives ${process} word`, untouched: 'survives too' };
  return workflows.map((name) => ({ result: results[name] }));
};
