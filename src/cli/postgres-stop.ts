import { removeLocalPostgres, stopLocalPostgres, type StopRequest } from '../operations/local-postgres.ts';
import { OperatorCommand } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { given } from './options.ts';
import { confirmation } from './postgres-question.ts';
import { usage } from './usage.ts';

/** `dbos postgres stop` */
export class PostgresStopCommand extends OperatorCommand {
  static override paths = [
    ['postgres', 'stop'],
    ['pg', 'stop'],
  ];
  static override usage = usage.postgresStop;

  volumes = given(flags.volumes);
  yes = given(flags.yes);

  protected override async run(): Promise<number> {
    for (const line of await (this.volumes ? this.remove() : this.stop())) this.print(line);
    return exitCodes.done;
  }

  private get request(): StopRequest {
    const { env: environment, signal } = this.context;
    return { environment, signal, onStop: () => this.print('Stopping PostgreSQL container...') };
  }

  private async stop(): Promise<readonly string[]> {
    const { was, volume } = await stopLocalPostgres(this.request);
    return [
      was === 'running' ? 'PostgreSQL stopped.' : 'PostgreSQL is not running.',
      ...(volume === null
        ? []
        : [`Data is preserved in the ${volume} volume. Starting again will restore your databases.`]),
    ];
  }

  private async remove(): Promise<readonly string[]> {
    const confirm = confirmation(this.context, this.yes);
    return {
      removed: ['PostgreSQL and its data are removed.'],
      cancelled: ['Operation cancelled.'],
      absent: ['PostgreSQL is not running, and there is no data to remove.'],
    }[await removeLocalPostgres({ ...this.request, confirm })];
  }

  protected override standing(): string {
    return '`dbos postgres status` says what is left';
  }
}
