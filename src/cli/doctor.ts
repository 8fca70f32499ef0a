import { doctor } from '../operations/doctor.ts';
import { doctorJson, doctorText } from '../report/doctor.ts';
import { DatabaseCommand } from './command.ts';
import { say, sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { ids, oneOf, single, valued } from './options.ts';
import { usage } from './usage.ts';

/** `dbos doctor` */
export class DoctorCommand extends DatabaseCommand {
  static override paths = [['doctor']];
  static override usage = usage.doctor;

  roles = valued(flags.role);
  formats = valued(flags.historyFormat);
  ignores = valued(flags.ignore);

  protected override async run(): Promise<number> {
    const format = oneOf(single(this.formats, flags.historyFormat) ?? 'text', flags.historyFormat);
    const diagnosis = await doctor({
      ...this.sources(single(this.roles, flags.role)),
      ignore: ids(this.ignores, flags.ignore),
      signal: this.context.signal,
      on: this.listeners(),
    });
    if (format === 'json') sayExactly(this.context.stdout, doctorJson(diagnosis));
    else say(this.context.stdout, doctorText(diagnosis, this.paint('stdout')));
    return diagnosis.verdict === 'fail' ? exitCodes.error : exitCodes.done;
  }
}
