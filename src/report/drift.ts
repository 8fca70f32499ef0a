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

/**
 * The differences between live and declared as a unified diff of their canonical texts, less what is equal. Each
 * changed object is a hunk of its own and stands in it whole: compared as one text, the lines of one object would be
 * taken for those of another.
 */
async function driftText(view: DatabaseView): Promise<string> {
  const { FILE_HEADERS_ONLY, formatPatch, structuredPatch } = await import('diff');
  const [oldFileName, newFileName] = [`live ${view.url}`, 'declared'];
  let [oldStart, newStart] = [1, 1];
  const hunks = [...view.plan.changes].toSorted(byId).flatMap((change) => {
    const live = change.type === 'create' ? '' : canonicalText(change.from);
    const declared = change.type === 'drop' ? '' : canonicalText(change.to);
    const { hunks: found } = structuredPatch(oldFileName, newFileName, live, declared, undefined, undefined, {
      context: Number.POSITIVE_INFINITY,
    });
    const placed = found.map((hunk) => ({ ...hunk, oldStart, newStart }));
    oldStart += lineCount(live);
    newStart += lineCount(declared);
    return placed;
  });
  const patch = { oldFileName, newFileName, oldHeader: undefined, newHeader: undefined, hunks };
  const found = foundText(view);
  return `${found === null ? '' : `Found  ${found}\n`}${formatPatch(patch, FILE_HEADERS_ONLY)}`;
}

const byId = (a: Change, b: Change): number => (a.id < b.id ? -1 : 1);

/** With the empty line between two paragraphs. */
const lineCount = (text: string): number => (text === '' ? 0 : text.split('\n').length);

/** An object as a paragraph: its id, then its fields, one a line. */
export const canonicalText = (object: CatalogObject): string =>
  `${[idFor(object), ...definitionOf(object).map(fieldText)].join('\n')}\n`;

const fieldText = ([field, value]: readonly [string, unknown]): string => {
  const text = valueText(value);
  return text.includes('\n') ? `  ${field}:\n${text.replaceAll(/^/gm, '    ')}` : `  ${field}: ${text}`;
};
