import type { Database } from '../apply/database.ts';
import type { Inspection } from '../apply/inspect.ts';
import { asOwner, lackingRightsOf } from '../apply/obstacles.ts';
import { subject } from '../model/change.ts';
import { withoutMend } from '../model/danger.ts';
import { failed, type Finding, passed, unseen, warned } from '../model/checkup.ts';
import { statementsOf } from '../model/plan.ts';
import { summarise } from '../planner/summary.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { failedBy, type Outcome } from './attempt.ts';
import type { RunDatabase } from './databases.ts';
import { type DatabasePlan, databasePlanOf } from './outcome.ts';
import type { Request } from './request.ts';

const names = ['schema', 'strangers', 'rights', 'obstacles'] as const;
const namesOnServers = ['application role', 'event triggers'] as const;

/** What is told from an inspection. */
export const judgedNames = ({ dialect }: Database): readonly string[] => [
  ...names,
  ...(dialect.name === 'sqlite' ? [] : namesOnServers),
];

/** What the plan for a database says of its state, of the roles, and of what is in the way. */
export async function judged(
  entry: RunDatabase,
  found: Outcome<Inspection>,
  { ignore = [] }: Request,
): Promise<readonly Finding[]> {
  const { database } = entry;
  if ('error' in found) {
    const others = judgedNames(database).filter((name) => name !== 'schema');
    return [failedBy('schema', found.error), ...others.map((name) => unseen(name, 'no plan can be made'))];
  }
  const inspection = found.value;
  const plan = await databasePlanOf({ ...entry, inspection }, { isOneOfSeveral: false, ignore, recognise: true });
  return [
    schemaFinding(inspection, plan),
    ...strangerFindings(plan),
    ...rightsFindings(inspection),
    ...obstacleFindings(inspection),
    ...(database.dialect.name === 'sqlite' ? [] : [applicationRole(inspection, plan), ...eventTriggers(inspection)]),
  ];
}

const isGrant = (id: string): boolean => id.startsWith('grant:');

function schemaFinding({ opened, settled, database }: Inspection, { plan, ahead, found }: DatabasePlan): Finding {
  if (!opened.exists) {
    return warned('schema', `there is no database ${database.scope.database} yet`, 'dbos migrate creates it');
  }
  if (ahead !== null) {
    const seen = `runtime schema ${ahead.live} was made by a newer release than this tool, which knows ${ahead.declared}`;
    return warned('schema', seen, 'use the release of this tool that belongs to the runtime');
  }
  const changes = plan.changes.filter(({ id }) => !isGrant(id));
  if (changes.length === 0) return passed('schema', 'as declared');
  if (![...settled.catalog.values()].some(({ kind }) => kind === 'table')) {
    return warned('schema', 'there are no tables of DBOS yet', 'dbos migrate creates them');
  }
  return failed(
    'schema',
    `${stateOf(found)}: ${summarise(changes)}`,
    'dbos migrate --check shows what differs, and dbos migrate makes the difference go away',
  );
}

/** `runtime schema 108 (Python 2.31)`, where a release is known to have made what is there. */
function stateOf(found: DatabasePlan['found']): string {
  if (found === null || found.match === 'nothing' || found.match === 'nearest') return 'not as declared';
  const { match, version, label } = found;
  const state = version === null ? `the tables of ${label}` : `runtime schema ${version} (${label})`;
  return match === 'exact' ? state : `${state}, but damaged`;
}

/** Those that can break the runtime. */
function strangerFindings({ unmanaged, foreign }: DatabasePlan): readonly Finding[] {
  const dangerous = unmanaged.flatMap(({ id, danger, mend }) =>
    danger === null
      ? []
      : [
          failed(
            'strangers',
            `${id} is yours and can break the runtime: ${danger}`,
            mend === null ? withoutMend : `${mend};`,
          ),
        ],
  );
  if (dangerous.length > 0) return dangerous;
  const left = unmanaged.length + foreign.length;
  return [
    passed('strangers', `nothing of yours can break the runtime${left === 0 ? '' : `, of ${left} that are looked at`}`),
  ];
}

function rightsFindings(inspection: Inspection): readonly Finding[] {
  const { plan, live } = inspection;
  if (plan.changes.length === 0) return [passed('rights', 'nothing is to be done that takes any')];
  const lacking = lackingRightsOf(inspection);
  if (lacking.length === 0) return [passed('rights', `${live.server.user} may do all that is to be done`)];
  return lacking.map(({ what, remedy, owner }) =>
    failed('rights', `${live.server.user} may not ${what}`, `${remedy}\n${asOwner([owner])}`),
  );
}

const obstacleFindings = ({ blockers }: Inspection): readonly Finding[] =>
  blockers.length === 0
    ? [passed('obstacles', 'nothing of yours is in the way of what is to be done')]
    : blockers.map(({ what, remedy }) => failed('obstacles', what, remedy));

function applicationRole({ live, database, opened, settled }: Inspection, { plan, ahead }: DatabasePlan): Finding {
  const name = 'application role';
  const { role } = database.scope;
  if (role === null) return unseen(name, 'none is named (--app-role, DBOS_APP_ROLE, app_role)');
  if (!live.server.roleExists) {
    return failed(name, `role "${role}" does not exist`, `CREATE ROLE ${quoteIdentifier(role)} LOGIN PASSWORD '…';`);
  }
  const isThere = opened.exists && [...settled.catalog.values()].some(({ kind }) => kind === 'table');
  if (!isThere) return unseen(name, 'there is nothing yet that it could have rights on');
  if (ahead !== null) return unseen(name, 'the schema is of a newer release');
  const lacking = plan.changes.map(subject).flatMap((object) => (object.kind === 'grant' ? [object] : []));
  if (lacking.length === 0) return passed(name, `${role} has all that an application needs`);
  const statements = statementsOf(plan).filter(({ objects }) => objects.length > 0 && objects.every(isGrant));
  return failed(
    name,
    `${role} lacks rights on ${lacking.map(({ on }) => on).join(', ')}`,
    [...statements.map(({ sql }) => `${sql};`), `or let dbos migrate --app-role ${role} grant them`].join('\n'),
  );
}

function eventTriggers({ live }: Inspection): readonly Finding[] {
  const found = live.server.eventTriggers;
  if (found === undefined) return [unseen('event triggers', 'the server has none, or does not tell')];
  if (found.length === 0) return [passed('event triggers', 'there are none')];
  return found.map(({ name, disable }) =>
    warned('event triggers', `${name} runs at every change of the schema, and can change or refuse it`, disable),
  );
}
