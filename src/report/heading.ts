import { foundParts } from './found.ts';
import { type Paint, wrappedParts } from './page.ts';
import type { DatabaseView } from './view.ts';

/** Which database a report is about, and what was found there. */
export function headingText(view: DatabaseView, paint: Paint): string {
  const { title, dialect, url, schema, server } = view;
  const place = dialect === 'sqlite' ? [url, server] : [url, `schema ${schema}`, server];
  const found = foundParts(view);
  const row = (label: string, parts: readonly string[]): string =>
    `${paint('bold', label)}${wrappedParts(parts, title.length + 2).slice(label.length)}\n`;
  return row(title, place) + (found.length === 0 ? '' : row('Found', found));
}
