import { Cli } from 'clipanion';
import { exitCodes } from './exit-codes.ts';
import { main } from './main.ts';

// A reader that has seen enough, as in `dbos migrate | head -1`, is no error, and what was begun goes on to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (stream === process.stdout) process.stderr.write(`error: the output cannot be written: ${error.message}\n`);
    process.exitCode = exitCodes.error;
  });
}

const exitCode = await main(process.argv.slice(2), Cli.defaultContext);
process.exitCode ??= exitCode;
