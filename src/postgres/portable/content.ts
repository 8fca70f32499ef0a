import type { Content } from '../../model/look.ts';
import type { VersionObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { qualified } from '../kinds/draft.ts';
import { ifAnswered } from './probe.ts';
import type { Source } from './reading.ts';
import { nameIn } from './rows.ts';
import type { Ask } from './server.ts';

/** The rows of the bookkeeping tables, and the names of those whose rows the role may not read. */
export async function readContents(
  ask: Ask,
  source: Source,
): Promise<{ readonly objects: readonly VersionObject[]; readonly unread: ReadonlySet<string> }> {
  const objects: VersionObject[] = [];
  const unread = new Set<string>();
  const { look, views } = source;
  const tables = new Set(views.tables.map((row) => nameIn(row, 'table_name')));
  for (const content of look.contents) {
    if (!tables.has(content.table)) continue;
    const found = await readContent(ask, source, content);
    if (found === 'not shown') unread.add(content.table);
    else if (found.length > 0) objects.push({ kind: 'version', schema: look.schema, ...content, values: found });
  }
  return { objects, unread };
}

/** How many rows are read; the highest come first, as one of them may be ahead of us. */
const most = 100;

/** SQLSTATE of a column that is not there: without it there are no rows that say anything. */
const undefinedColumn = '42703';

/** Decimal texts. */
async function readContent(
  ask: Ask,
  { look: { schema }, isPostgres }: Source,
  { table, column }: Content,
): Promise<readonly string[] | 'not shown'> {
  const value = `CAST(${quoteIdentifier(column)} AS text)`;
  // Rows of a table that inherits from it are somebody else's.
  const from = `${isPostgres ? 'ONLY ' : ''}${qualified(schema, table)}`;
  const rows = await ifAnswered(
    ask,
    `SELECT ${value} AS v FROM ${from} ORDER BY CASE WHEN ${value} LIKE '-%' THEN 1 ELSE 0 END, length(${value}) DESC, ${value} DESC LIMIT ${most}`,
  );
  if (rows === undefinedColumn) return [];
  if (typeof rows === 'string') return 'not shown';
  return rows
    .filter((row) => row['v'] !== null)
    .map((row) => nameIn(row, 'v'))
    .toSorted();
}
