import { UserError } from '../model/errors.ts';
import type { Environment } from '../model/target.ts';
import { creation, type CreationRequest, type Engine, engines } from '../operations/creation.ts';
import { creationSql } from '../report/creation-sql.ts';
import { quoted } from '../secrets/printable.ts';
import type { Context } from './context.ts';
import { sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { single } from './options.ts';

/** The flags of a command, as they were given. */
interface Given {
  readonly printMigrations: boolean;
  readonly printUserRole: boolean;
  readonly planOnly: boolean;
  readonly dryRun: boolean;
  readonly check: boolean;
  readonly noListenNotify: boolean;
  readonly dialects: readonly string[] | undefined;
  readonly schemas: readonly string[] | undefined;
  readonly roles: readonly string[] | undefined;
}

/**
 * What SQL is asked for that needs no connection; null where none is.
 * @throws UserError for flags that contradict each other, and for an engine that is none
 */
export function readCreation(asked: Given, environment: Environment): CreationRequest | null {
  const { printMigrations, printUserRole } = asked;
  const name = single(asked.dialects, flags.dialect);
  if (!printMigrations && !printUserRole) {
    if (name === undefined) return null;
    throw new UserError('--dialect says for what SQL is printed', { hint: 'give it with --print-migrations' });
  }
  if ([printMigrations, printUserRole, asked.planOnly, asked.dryRun, asked.check].filter(Boolean).length > 1) {
    throw new UserError('--print-migrations, --print-user-role, --plan, --dry-run and --check exclude one another', {
      hint: 'give one of them; --print-migrations has the grants too when --app-role is given',
    });
  }
  const role = single(asked.roles, flags.role) ?? (environment['DBOS_APP_ROLE'] || undefined);
  if (printUserRole && role === undefined) {
    throw new UserError('--print-user-role needs the role', { hint: 'give it with --app-role' });
  }
  return {
    engine: readEngine(name ?? 'postgres'),
    schema: single(asked.schemas, flags.schema),
    role,
    listenNotify: !asked.noListenNotify,
    grantsOnly: printUserRole,
  };
}

function readEngine(name: string): Engine {
  const engine = engines.find((known) => known === name);
  if (engine !== undefined) return engine;
  throw new UserError(`--dialect ${quoted(name)} is unknown`, { hint: `it is one of ${engines.join(', ')}` });
}

/** Prints the SQL, and nothing else. @returns the exit code */
export async function printCreation(request: CreationRequest, { stdout }: Pick<Context, 'stdout'>): Promise<number> {
  sayExactly(stdout, creationSql(await creation(request)));
  return exitCodes.done;
}
