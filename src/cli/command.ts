import { Command } from 'clipanion';
import { exitCodeOf } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { databaseOptions } from './options.ts';

/** A command whose errors end as one message on stderr and an exit code. */
export abstract class OperatorCommand extends Command {
  debug = databaseOptions.debug();

  /** Does the work. @returns the exit code */
  protected abstract run(): Promise<number>;

  override async execute(): Promise<number> {
    try {
      return await this.run();
    } catch (error) {
      this.context.stderr.write(failureText(error, this.debug));
      return exitCodeOf(error);
    }
  }

  protected print(line: string): void {
    this.context.stdout.write(`${line}\n`);
  }

  protected warn(text: string): void {
    this.context.stderr.write(`${text}\n`);
  }
}
