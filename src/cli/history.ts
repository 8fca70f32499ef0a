import { history } from '../operations/history.ts';
import { historyJson, historyText } from '../report/history.ts';
import { DatabaseCommand } from './command.ts';
import { say, sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { oneOf, single, valued, whole } from './options.ts';
import { usage } from './usage.ts';

/** `dbos history` */
export class HistoryCommand extends DatabaseCommand {
  static override paths = [['history']];
  static override usage = usage.history;

  formats = valued(flags.historyFormat);
  limits = valued(flags.limit);

  protected override async run(): Promise<number> {
    const format = oneOf(single(this.formats, flags.historyFormat) ?? 'text', flags.historyFormat);
    const most = whole(this.limits, flags.limit);
    const { databases } = await history(await this.configuration(), most);
    if (format === 'json') sayExactly(this.context.stdout, historyJson(databases));
    else say(this.context.stdout, historyText(databases));
    return exitCodes.done;
  }
}
