import type { Change } from '../model/change.ts';
import { definitionOf, idFor } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import { singleLine } from '../sql/quote.ts';
import { valueText } from './describe.ts';
import { indented } from './page.ts';
import type { DatabaseView, RunView } from './view.ts';

/** All that differs between live and declared as unified diffs of their canonical texts, a database each. */
export async function diffText({ databases }: RunView): Promise<string> {
  const texts = await Promise.all(databases.filter(({ plan }) => plan.changes.length > 0).map(databaseDiff));
  return texts.join('');
}

/**
 * Each changed object is a hunk of its own and stands in it whole: compared as one text, the lines of one object would
 * be taken for those of another.
 */
async function databaseDiff({ url, plan }: DatabaseView): Promise<string> {
  const { FILE_HEADERS_ONLY, formatPatch, structuredPatch } = await import('diff');
  const [oldFileName, newFileName] = [singleLine(`live ${url}`), 'declared'];
  let [oldStart, newStart] = [1, 1];
  const hunks = [...plan.changes].toSorted(byId).flatMap((change) => {
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
  return formatPatch(patch, FILE_HEADERS_ONLY);
}

const byId = (a: Change, b: Change): number => (a.id < b.id ? -1 : 1);

/** With the empty line between two paragraphs. */
const lineCount = (text: string): number => (text === '' ? 0 : text.split('\n').length);

/** An object as a paragraph: its id, then its fields, one a line. */
export const canonicalText = (object: CatalogObject): string =>
  `${[singleLine(idFor(object)), ...definitionOf(object).map(canonicalField)].join('\n')}\n`;

const canonicalField = ([field, value]: readonly [string, unknown]): string => {
  const text = valueText(value);
  return text.includes('\n') ? `  ${field}:\n${indented(text, 4)}` : singleLine(`  ${field}: ${text}`);
};

/** Two texts as a unified diff of what is live with what is declared, with three lines around each difference. */
export async function unified(live: string, declared: string): Promise<string> {
  const { FILE_HEADERS_ONLY, createTwoFilesPatch } = await import('diff');
  return createTwoFilesPatch('live', 'declared', withLastLine(live), withLastLine(declared), '', '', {
    headerOptions: FILE_HEADERS_ONLY,
    context: 3,
  });
}

const withLastLine = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
