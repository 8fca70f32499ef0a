import { UserError } from '../model/errors.ts';
import { start } from '../operations/start.ts';
import { DatabaseCommand } from './command.ts';
import { usage } from './usage.ts';

/** `dbos start` */
export class StartCommand extends DatabaseCommand {
  static override paths = [['start']];
  static override usage = usage.start;

  protected override async run(): Promise<number> {
    const config = await this.configuration();
    const commands = config.start();
    if (commands === undefined) {
      throw new UserError('no command to start the application is configured', {
        where: 'runtimeConfig.start',
        hint: 'list the commands in dbos-config.yaml, one a line behind a dash, under start: in runtimeConfig:',
      });
    }
    this.context.passSignalsOn?.();
    return start({
      ...config,
      commands,
      onCommand: (command) => this.print(`Executing start command: ${command}`),
    });
  }
}
