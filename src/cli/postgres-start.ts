import { startLocalPostgres } from '../operations/local-postgres.ts';
import { OperatorCommand } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { single, valued, whole } from './options.ts';
import { usage } from './usage.ts';

/** `dbos postgres start` */
export class PostgresStartCommand extends OperatorCommand {
  static override paths = [
    ['postgres', 'start'],
    ['pg', 'start'],
  ];
  static override usage = usage.postgresStart;

  ports = valued(flags.port);
  passwords = valued(flags.password);
  images = valued(flags.image);
  volumes = valued(flags.volume);
  timeouts = valued(flags.timeout);

  protected override async run(): Promise<number> {
    const seconds = whole(this.timeouts, flags.timeout);
    const { outcome, port, where } = await startLocalPostgres({
      environment: this.context.env,
      signal: this.context.signal,
      settings: {
        port: whole(this.ports, flags.port),
        password: single(this.passwords, flags.password),
        image: single(this.images, flags.image),
        volume: single(this.volumes, flags.volume),
      },
      timeout: seconds === undefined ? undefined : seconds * 1000,
      showProgress: true,
      onStart: (engine) => this.print(`Starting PostgreSQL with ${engine}...`),
    });
    this.print(`PostgreSQL is ${outcome === 'started' ? 'now' : 'already'} running on port ${port}`);
    this.print(`Connection string: ${where}`);
    return exitCodes.done;
  }

  protected override standing(): string {
    return 'what was made until then stays; `dbos postgres start` goes on with it';
  }
}
