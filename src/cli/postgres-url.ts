import { UserError } from '../model/errors.ts';
import { localPostgresStatus } from '../operations/local-postgres.ts';
import { OperatorCommand } from './command.ts';
import { sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { usage } from './usage.ts';

/** `dbos postgres url` */
export class PostgresUrlCommand extends OperatorCommand {
  static override paths = [
    ['postgres', 'url'],
    ['pg', 'url'],
  ];
  static override usage = usage.postgresUrl;

  protected override async run(): Promise<number> {
    const status = await localPostgresStatus({ environment: this.context.env, signal: this.context.signal });
    if (status === null || status.url === null || status.answer === null) {
      throw new UserError('PostgreSQL is not running', { hint: 'start it: dbos postgres start' });
    }
    sayExactly(this.context.stdout, `${status.url}\n`);
    return exitCodes.done;
  }
}
