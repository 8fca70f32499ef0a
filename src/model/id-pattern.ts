import { kinds } from './kinds.ts';

/** How a plan shows an id: what a hint gives as the example. */
export const idExample = 'give it as a plan shows it: table:dbos.queues';

/** Whether a text may be the id of an object, or a pattern of such ids: each has its kind in front. */
export function isIdPattern(text: string): boolean {
  const [kind = '', rest] = text.split(/:(.*)/s);
  return kind.includes('*') || (rest !== undefined && Object.hasOwn(kinds, kind));
}
