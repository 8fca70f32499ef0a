import { appendFileSync, readFileSync } from 'node:fs';
import { runCommands } from '../../src/commands/run.ts';
import { UserError } from '../../src/model/errors.ts';

/** What the program below is told: in a file named on its command line, as a command line may not hold all texts. */
export interface Orders {
  readonly commands: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Gets one line of JSON for each record: two for a command that has run. */
  readonly records: string;
  readonly recordFails: 'at the start' | 'at the end' | null;
}

const orders = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Orders;
try {
  await runCommands(orders.commands, {
    ...orders,
    file: 'dbos-config.yaml',
    announce: (line) => process.stdout.write(`${line}\n`),
    record: async (run) => {
      const moment = run.completedAt === null ? 'at the start' : 'at the end';
      if (orders.recordFails === moment) throw new UserError('not recorded');
      appendFileSync(orders.records, `${JSON.stringify(run)}\n`);
    },
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write([error.message, error.where, error.hint].join('\n'));
  process.exitCode = 1;
}
