import type { Change } from '../model/change.ts';
import { definitionOf, idFor } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import { valueText } from './describe.ts';
import type { DatabaseView } from './view.ts';

/** The differences between live and declared as a unified diff, whole objects each, one object a paragraph. */
export async function driftText(view: DatabaseView): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const live = view.plan.changes.flatMap((change) => (change.type === 'create' ? [] : [change.from]));
  const declared = view.plan.changes.flatMap((change: Change) => (change.type === 'drop' ? [] : [change.to]));
  return createTwoFilesPatch(
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
