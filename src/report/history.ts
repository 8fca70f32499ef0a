import type { KeptRecord } from '../model/migration-record.ts';
import { singleLine } from '../sql/quote.ts';
import { timeSpan } from './words.ts';

/** What is told of one database. */
interface HistoryView {
  readonly title: string;
  readonly url: string;
  readonly records: readonly KeptRecord[] | null;
}

/** The records by database, a line each, the newest first. */
export const historyText = (databases: readonly HistoryView[]): string =>
  databases.map((database) => [headline(database), ...lines(database.records ?? [])].join('')).join('\n');

const headline = ({ title, url, records }: HistoryView): string =>
  `${title}: ${url}\n${records === null ? '  no record of this tool\n' : records.length === 0 ? '  nothing is recorded\n' : ''}`;

function lines(records: readonly KeptRecord[]): readonly string[] {
  const width = Math.max(...records.map((record) => outcome(record).length));
  return records.map((record) => {
    const by = record.appliedBy === null ? '' : `, ${record.appliedBy}`;
    return `  ${time(record.startedAt)}  ${outcome(record).padEnd(width)}  ${singleLine(record.summary)} (${record.toolVersion}${by})\n`;
  });
}

/** The Swedes write a date as ISO 8601 does. */
const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });

/** `2026-11-27 22:10:04Z` */
const time = (milliseconds: number): string => `${clock.format(milliseconds)}Z`;

/** A record without an end is of a run that is under way, or was ended before it had done all. */
function outcome({ kind, exitCode, startedAt, completedAt }: KeptRecord): string {
  if (completedAt === null) return `${kind} not completed`;
  const span = timeSpan(completedAt - startedAt);
  return kind === 'command' ? `command exit code ${exitCode ?? '?'}, ${span}` : `schema ${span}`;
}

/** The same as data, with the statements. Described in docs/commands.md. */
export const historyJson = (databases: readonly HistoryView[]): string =>
  `${JSON.stringify({ formatVersion: 1, databases }, null, 2).split('\n').map(singleLine).join('\n')}\n`;
