import { Command } from 'clipanion';
import { exitCodeOf } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { databaseOptions } from './options.ts';

/** Milliseconds that an operator waits without a word. */
const PATIENCE = 2_000;

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

  /** Says why nothing happens, once a database has not answered for a while. */
  protected async patiently<T>(answer: Promise<T>): Promise<T> {
    const wait = setTimeout(() => this.warn('waiting for the database to answer; a lock may hold it up'), PATIENCE);
    try {
      return await answer;
    } finally {
      clearTimeout(wait);
    }
  }
}
