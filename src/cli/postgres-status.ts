import { localPostgresStatus, type Status } from '../operations/local-postgres.ts';
import { OperatorCommand } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { usage } from './usage.ts';

/** `dbos postgres status` */
export class PostgresStatusCommand extends OperatorCommand {
  static override paths = [
    ['postgres', 'status'],
    ['pg', 'status'],
  ];
  static override usage = usage.postgresStatus;

  protected override async run(): Promise<number> {
    const status = await localPostgresStatus({ environment: this.context.env, signal: this.context.signal });
    for (const line of status === null ? ['PostgreSQL is not running: there is no container.'] : lines(status)) {
      this.print(line);
    }
    return exitCodes.done;
  }
}

function lines({ container, state, image, volume, port, where, answer }: Status): readonly string[] {
  return [
    headline({ state, port, answer }),
    ...(where === null ? [] : [`Connection string: ${where}`]),
    `Container: ${container} (${state})`,
    `Image: ${image}`,
    `Volume: ${volume ?? 'none with a name'}`,
  ];
}

function headline({ state, port, answer }: Pick<Status, 'state' | 'port' | 'answer'>): string {
  if (answer === null) return `PostgreSQL is not running: its container is ${state}.`;
  if (answer.is === 'ready') return `PostgreSQL is running on port ${port}`;
  return `PostgreSQL does not answer on port ${port}: ${answer.why}`;
}
