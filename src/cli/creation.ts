import { resolve } from 'node:path';
import { variable } from '../config/environment.ts';
import { UserError } from '../model/errors.ts';
import type { Environment } from '../model/target.ts';
import { creation, type CreationRequest } from '../operations/creation.ts';
import { creationSql } from '../report/creation-sql.ts';
import type { Context } from './context.ts';
import { sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { oneOf, single } from './options.ts';
import { type Modes, modesGiven } from './preview.ts';

/** The flags of a command, as they were given. */
interface Given extends Modes {
  readonly noListenNotify: boolean;
  readonly dialects: readonly string[] | undefined;
  readonly schemas: readonly string[] | undefined;
  readonly roles: readonly string[] | undefined;
  readonly outs: readonly string[] | undefined;
  readonly formats: readonly string[] | undefined;
  readonly allowed: readonly string[] | undefined;
  readonly ignores: readonly string[] | undefined;
  readonly adopted: readonly string[] | undefined;
}

/** What says something of a plan, and nothing of SQL that is for an empty place. */
const ofPlans = [
  ['formats', flags.format],
  ['allowed', flags.allow],
  ['ignores', flags.ignore],
  ['adopted', flags.adopt],
] as const;

/**
 * Prints SQL that needs no connection, and nothing else. @returns the exit code
 * @throws UserError for flags that contradict each other, and for an engine that is none
 */
export async function printCreation(asked: Given, { stdout, env, cwd }: Context): Promise<number> {
  const out = single(asked.outs, flags.out);
  const sql = creationSql(await creation(readCreation(asked, env)));
  if (out === undefined) sayExactly(stdout, sql);
  else await (await import('./out-file.ts')).writeWhole(resolve(cwd, out), sql);
  return exitCodes.done;
}

function readCreation(asked: Given, environment: Environment): CreationRequest {
  const name = single(asked.dialects, flags.dialect);
  if (!asked.printMigrations && !asked.printUserRole) {
    throw new UserError('--dialect says for what SQL is printed', { hint: 'give it with --print-migrations' });
  }
  modesGiven(asked);
  refusePlanFlags(asked);
  const role = single(asked.roles, flags.role) ?? variable(environment, 'DBOS_APP_ROLE') ?? undefined;
  if (asked.printUserRole && role === undefined) {
    throw new UserError('--print-user-role needs the role', { hint: 'give it with --app-role' });
  }
  return {
    engine: oneOf(name ?? 'postgres', flags.dialect),
    schema: single(asked.schemas, flags.schema),
    role,
    listenNotify: !asked.noListenNotify,
    grantsOnly: asked.printUserRole,
  };
}

function refusePlanFlags(asked: Given): void {
  const strange = ofPlans.find(([field]) => asked[field] !== undefined);
  if (strange === undefined) return;
  throw new UserError(`${strange[1].names} says nothing of SQL that needs no connection`, {
    hint: 'leave it out, or give it with --plan',
  });
}
