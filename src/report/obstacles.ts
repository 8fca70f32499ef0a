import { indented, type Paint, wrapped } from './page.ts';
import type { DatabaseView } from './view.ts';

/** What would keep a plan from being applied, each with what helps; it is told before the plan. */
export const obstaclesText = ({ obstacles }: Pick<DatabaseView, 'obstacles'>, paint: Paint): string =>
  obstacles
    .map(({ what, remedy }) =>
      [wrapped(`! ${what}`, 2, 4).replace('!', paint('red', '!')), indented(remedy, 6), ''].join('\n'),
    )
    .join('');
