import { UserError } from '../../model/errors.ts';
import type { Manual } from '../manual.ts';
import { known } from '../options.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { type Place, placesOf } from './places.ts';
import { type Shell, shells } from './shell.ts';
import { zshScript } from './zsh.ts';

const scripts: { readonly [S in Shell]: (places: readonly Place[]) => string } = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/**
 * The script by which a shell completes command lines of the program.
 * @throws UserError where no shell is named, and for one that there is no script for
 */
export function completionScript(shell: string | undefined, manual: Manual): string {
  if (shell === undefined || shell === '') {
    throw new UserError('no shell is named', {
      hint: `name one of ${shells.join(', ')}: dbos completion ${shells[0]}`,
    });
  }
  return scripts[known(shell, shells, 'the shell')](placesOf(manual));
}
