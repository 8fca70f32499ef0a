import { Cli } from 'clipanion';
import { endBy, endInTime, isHeld } from './ending.ts';
import { exitCodes } from './exit-codes.ts';
import { type EndingSignal, endingSignals, Interrupted } from './interruption.ts';
import { main } from './main.ts';

// A reader that has seen enough, as in `dbos migrate | head -1`, is no error, and what was begun goes on to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (stream === process.stdout) process.stderr.write(`error: the output cannot be written: ${error.message}\n`);
    process.exitCode = exitCodes.error;
  });
}

// The first signal ends the run in good order; a second one goes at once.
const interruption = new AbortController();
const interrupt = (signal: EndingSignal): void => {
  const reason = new Interrupted(signal);
  if (!interruption.signal.aborted) return interruption.abort(reason);
  process.stderr.write('ended at once: the server may still be working on what it was sent last\n');
  if (isHeld()) return endBy(signal);
  process.exit(reason.exitCode);
};
for (const signal of endingSignals) process.on(signal, interrupt);

const context = {
  ...Cli.defaultContext,
  cwd: process.cwd(),
  signal: interruption.signal,
  passSignalsOn: () => {
    for (const signal of endingSignals) process.off(signal, interrupt);
  },
};
const exitCode = await main(process.argv.slice(2), context);
process.exitCode ??= exitCode;
const { reason } = interruption.signal;
endInTime(reason instanceof Interrupted ? reason.signal : 'SIGKILL', [process.stdout, process.stderr]);
