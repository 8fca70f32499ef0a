import { Cli } from 'clipanion';
import { main } from './main.ts';

// A reader that has seen enough, as in `dbos migrate --plan | head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await main(process.argv.slice(2), Cli.defaultContext);
