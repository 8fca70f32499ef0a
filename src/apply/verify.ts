import { UserError } from '../model/errors.ts';
import type { Inspection } from './inspect.ts';

/**
 * The proof that a plan did what it said: the database, looked at again, has nothing left to do.
 * @throws UserError that names what is left
 */
export function verify({ plan, database }: Inspection): void {
  if (plan.changes.length === 0) return;
  throw new UserError(
    `after the plan was applied there is still something to do: ${plan.changes.map((c) => c.id).join(', ')}`,
    {
      where: database.where,
      hint: 'somebody else may be changing the schema: run it again; if the same remains, report it as a bug',
    },
  );
}
