import { planReset, reset, type ResetPlan } from '../operations/reset.ts';
import { DatabaseCommand } from './command.ts';
import { say, sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { given, ids, valued } from './options.ts';
import { confirmation, definitionsText, foreignText, namedLines, refuseUnasked } from './reset-question.ts';
import { usage } from './usage.ts';

/** `dbos reset` */
export class ResetCommand extends DatabaseCommand {
  static override paths = [['reset']];
  static override usage = usage.reset;

  yes = given(flags.yes);
  dryRun = given(flags.dryRun);
  cascade = given(flags.cascade);
  keepSchema = given(flags.keepSchema);
  adopted = valued(flags.adopt);
  verbose = given(flags.verbose);

  protected override async run(): Promise<number> {
    const adopt = ids(this.adopted, flags.adopt);
    const request = { ...(await this.configuration()), cascade: this.cascade, keepSchema: this.keepSchema, adopt };
    if (this.dryRun) return this.show((await planReset(request)).databases);
    refuseUnasked(this, this.context);
    const { databases } = await reset({ ...request, confirm: confirmation(this.context, this.yes) });
    if (databases.some(({ applied }) => (applied?.changes.length ?? 0) > 0)) {
      this.print(`System database reset successfully.${this.keepSchema ? ' The tables are kept.' : ''}`);
    }
    const took = this.verbose ? this.progress.took : null;
    for (const line of await namedLines(databases, took, this.paint('stdout'))) this.print(line);
    return exitCodes.done;
  }

  private async show(found: readonly ResetPlan[]): Promise<number> {
    const { planSql } = await import('../report/plan-sql.ts');
    const isNothing = found.every(({ plan }) => plan.changes.length === 0);
    say(this.context.stderr, definitionsText(found) + foreignText(found));
    sayExactly(this.context.stdout, isNothing ? '-- Nothing to reset.\n' : planSql({ databases: found, commands: [] }));
    return exitCodes.done;
  }
}
