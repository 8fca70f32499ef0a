import type { Plan } from '../model/plan.ts';
import type { Ahead } from './ahead.ts';

/** What of a database decides whether it is as it should be. */
export interface Judged {
  readonly plan: Pick<Plan, 'changes'>;
  readonly ahead: Ahead | null;
  readonly unmanaged: readonly { readonly danger: string | null }[];
}

/** Whether something is to be done, or can break the runtime, or is not for this tool to judge. */
export const isDrifted = ({ plan, ahead, unmanaged }: Judged): boolean =>
  plan.changes.length > 0 || ahead !== null || unmanaged.some(({ danger }) => danger !== null);
