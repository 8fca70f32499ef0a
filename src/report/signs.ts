import type { Change } from '../model/change.ts';
import { actionOf } from '../planner/summary.ts';
import { type Paint, wrapped } from './page.ts';

const signs: Readonly<Record<Change['type'], readonly ['+' | '~' | '-', 'green' | 'yellow' | 'red']>> = {
  create: ['+', 'green'],
  alter: ['~', 'yellow'],
  rename: ['~', 'yellow'],
  drop: ['-', 'red'],
};

/** A line of a change that is or was to be made, behind its sign. */
export function signed(change: Change, text: string, margin: number, paint: Paint): string {
  const [sign, colour] = signs[actionOf(change)];
  return wrapped(`${sign} ${text}`, margin, margin + 4).replace(sign, paint(colour, sign));
}
