import type { Change } from '../model/change.ts';
import { definitionOf, idFor } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import { aheadText, leftAloneLines, valueText } from './describe.ts';
import { foundText } from './found.ts';
import type { DatabaseView } from './view.ts';

/** Whether a check fails: something is to be done, or can break the runtime, or is not for this tool to judge. */
export const isDrifted = ({ plan, ahead, strangers }: DatabaseView): boolean =>
  plan.changes.length > 0 || ahead !== null || strangers.some(({ danger }) => danger !== null);

/** What a check says: one line where all is well, else for each database what differs, and what is left alone. */
export async function checkText(databases: readonly DatabaseView[]): Promise<string> {
  const left = databases.flatMap(leftAloneLines).map((line) => `${line}\n`);
  if (!databases.some(isDrifted)) return ['Nothing to do: the live schema is as declared.\n', ...left].join('');
  const texts = await Promise.all(databases.filter(({ plan }) => plan.changes.length > 0).map(driftText));
  const ahead = databases.flatMap(({ ahead: found }) => (found === null ? [] : `${aheadText(found)}\n`));
  return [...texts, ...ahead, ...left].join('');
}

/** The differences between live and declared as a unified diff, whole objects each, one object a paragraph. */
async function driftText(view: DatabaseView): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const live = view.plan.changes.flatMap((change) => (change.type === 'create' ? [] : [change.from]));
  const declared = view.plan.changes.flatMap((change: Change) => (change.type === 'drop' ? [] : [change.to]));
  const found = foundText(view);
  const patch = createTwoFilesPatch(
    `live ${view.url}`,
    'declared',
    canonicalText(live),
    canonicalText(declared),
    undefined,
    undefined,
    {
      context: Number.POSITIVE_INFINITY,
    },
  ).replace(/^=+\n/, '');
  return found === null ? patch : `Found  ${found}\n${patch}`;
}

/** Objects by id, each with its fields, one a line. */
export const canonicalText = (objects: readonly CatalogObject[]): string =>
  objects
    .map((object) => ({ id: idFor(object), object }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, object }) => `${[id, ...definitionOf(object).map(fieldText)].join('\n')}\n`)
    .join('\n');

const fieldText = ([field, value]: readonly [string, unknown]): string => {
  const text = valueText(value);
  return text.includes('\n') ? `  ${field}:\n${text.replaceAll(/^/gm, '    ')}` : `  ${field}: ${text}`;
};
