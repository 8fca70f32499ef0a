import type { ServerFacts } from '../model/dialect.ts';
import { UserError } from '../model/errors.ts';
import type { Inspection } from './inspect.ts';

/** Why a database, looked at again after a plan, still has something left to do: what is left is named. */
export const leftOver = ({ plan, live, database }: Inspection): UserError =>
  new UserError(
    `after the plan was applied there is still something to do: ${plan.changes.map((c) => c.id).join(', ')}`,
    { where: database.where, hint: hintFor(live.server.eventTriggers ?? []) },
  );

/** An event trigger sees what others create, and can change it. */
const hintFor = (eventTriggers: NonNullable<ServerFacts['eventTriggers']>): string =>
  eventTriggers.length === 0
    ? 'somebody else may be changing the schema: run it again; if the same remains, report it as a bug'
    : [
        `event triggers of the database may change what is created (${eventTriggers.map(({ name }) => name).join(', ')}): switch them off as a superuser, then run it again`,
        ...eventTriggers.map(({ disable }) => disable),
      ].join('\n');
