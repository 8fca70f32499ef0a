import { RefusedError } from '../model/errors.ts';
import type { Removal } from '../operations/local-postgres.ts';
import type { Context } from './context.ts';
import { confirm, isTerminal } from './terminal.ts';

/**
 * Gives the function that decides whether a container and its data are removed.
 * @throws RefusedError where nobody has said yes, and nobody can be asked
 */
export function confirmation(
  { stdin: input, stdout, stderr, signal }: Context,
  isGiven: boolean,
): (removal: Removal) => Promise<boolean> {
  if (!isGiven && !isTerminal(input)) {
    throw new RefusedError('--volumes deletes all databases and there is no terminal to ask on', {
      hint: 'give --yes to delete them without asking',
    });
  }
  const output = isTerminal(stdout) ? stdout : stderr;
  return async (removal) => isGiven || confirm(question(removal), { input, output, signal });
}

function question({ container, volume }: Removal): string {
  const what = [container && `container ${container}`, volume && `volume ${volume}`].filter((part) => part !== null);
  return `This command deletes ${what.join(' and ')} with all databases. Are you sure you want to proceed? [y/N]: `;
}
