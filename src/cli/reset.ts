import { Command, Option } from 'clipanion';
import { runtimeVersion } from '../../schema/index.ts';
import { apply } from '../apply/apply.ts';
import { inspectReset, type ResetInspection } from '../apply/reset.ts';
import { resolveConfiguration } from '../config/resolve.ts';
import { RefusedError } from '../model/errors.ts';
import { planSql } from '../report/plan-sql.ts';
import { OperatorCommand } from './command.ts';
import { type RunDatabase, systemDatabaseOf } from './databases.ts';
import { exitCodes } from './exit-codes.ts';
import { viewOf } from './inspect-all.ts';
import { databaseOptions, single } from './options.ts';
import { confirm, isTerminal } from './terminal.ts';
import { toolVersion } from './version.ts';

const question =
  'This command resets your DBOS system database, deleting metadata about past workflows and steps. Are you sure you want to proceed? [y/N]: ';

/** `dbos reset` */
export class ResetCommand extends OperatorCommand {
  static override paths = [['reset']];
  static override usage = Command.Usage({
    description: 'drop the DBOS system tables with all workflow history',
    details: `
      Drops the system tables, all that DBOS made beside them, and the schema when nothing else is left in it, in one
      transaction. The database, the application database and objects of yours stay. It asks first, unless \`--yes\`
      is given. Afterwards \`dbos migrate\` makes the tables again, empty.

      Exit codes: 0 done or nothing to do, 1 an error, 3 a consent is missing.
    `,
    examples: [
      ['Reset after a question', '$0 reset --sys-db-url postgresql://localhost/test_dbos'],
      ['Reset without a question', '$0 reset --yes'],
      ['See the SQL', '$0 reset --dry-run'],
    ],
  });

  yes = Option.Boolean('-y,--yes', false, { description: 'Reset without asking' });
  applicationUrls = databaseOptions.applicationUrl();
  systemUrls = databaseOptions.systemUrl();
  schemas = databaseOptions.schema();
  configs = databaseOptions.config();
  dryRun = Option.Boolean('--dry-run', false, { description: 'Print the SQL that would run, and change nothing' });
  cascade = Option.Boolean('--cascade', false, {
    description: 'Drop views and foreign keys of yours that depend on the tables',
  });

  protected override async run(): Promise<number> {
    const configuration = await resolveConfiguration({
      flags: {
        config: single(this.configs, '--config'),
        systemDatabaseUrl: single(this.systemUrls, '--sys-db-url'),
        applicationDatabaseUrl: single(this.applicationUrls, '--db-url'),
        schema: single(this.schemas, '--schema'),
      },
      environment: this.context.env,
      workingDirectory: process.cwd(),
    });
    for (const warning of configuration.warnings) this.warn(`warning: ${warning}`);
    if (!this.dryRun && !(await this.isConfirmed())) {
      this.context.stdout.write('Operation cancelled.\n');
      return exitCodes.done;
    }
    const entry = await systemDatabaseOf(configuration);
    const reset = await this.patiently(inspectReset(entry.database, entry.declare, { cascade: this.cascade }));
    let isReset: boolean;
    try {
      isReset = await this.reset(entry, reset);
    } finally {
      await reset.inspection.opened.connection.close();
    }
    if (isReset) await entry.database.discardIfEmpty?.();
    return exitCodes.done;
  }

  private async isConfirmed(): Promise<boolean> {
    if (this.yes) return true;
    const { stdin, stdout, stderr } = this.context;
    if (isTerminal(stdin)) return confirm(question, stdin, isTerminal(stdout) ? stdout : stderr);
    throw new RefusedError('reset deletes all workflow history and there is no terminal to ask on', {
      hint: 'give --yes to reset without asking',
    });
  }

  /** @returns whether anything was reset */
  private async reset(entry: RunDatabase, { inspection, dependents }: ResetInspection): Promise<boolean> {
    const nothing = inspection.plan.statements.length === 0;
    // Before anything is dropped: afterwards nobody could print them.
    const again =
      dependents.length === 0
        ? ''
        : `These go with it; to make them again:\n${dependents
            .map(({ definition }) => `${definition}\n`)
            .toReversed()
            .join('')}`;
    if (this.dryRun) {
      this.context.stderr.write(again);
      const view = viewOf({ ...entry, inspection }, { several: false, ignore: [] });
      this.context.stdout.write(nothing ? '-- Nothing to reset.\n' : planSql({ databases: [view], commands: [] }));
      return false;
    }
    if (nothing) {
      this.context.stdout.write('Nothing to reset: there are no DBOS system tables.\n');
      return false;
    }
    this.context.stdout.write(`Resetting system database...\n${again}`);
    await apply(inspection, {
      toolVersion,
      runtimeVersion,
      record: false,
      onWait: (what) => this.warn(`waiting for ${what}`),
    });
    this.context.stdout.write('System database reset successfully.\n');
    return true;
  }
}
