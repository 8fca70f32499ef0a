import { userInfo } from 'node:os';
import { catalogOf } from '../model/catalog.ts';
import { subject } from '../model/change.ts';
import type { Connection, LiveState, ServerFacts } from '../model/dialect.ts';
import type { Look } from '../model/look.ts';
import type { CatalogObject } from '../model/objects.ts';
import { blockersOf } from './blockers.ts';
import { brokenTriggers } from './broken-triggers.ts';
import { type Answer, answerOf } from './catalog-answer.ts';
import { catalogQuery } from './catalog-query.ts';
import { whyNotWritable } from './connection/file-access.ts';
import { readAround } from './consequences.ts';
import { emptyingBlockers } from './emptying.ts';
import { readFacts, type SizedTable } from './facts.ts';
import { kinds, moduleOf } from './kinds.ts';
import type { Found, FoundContent } from './kinds/draft.ts';
import { fillable, filledQuery, withReferring } from './kinds/rows.ts';
import { contentQuery, readable } from './kinds/version.ts';
import { type LiveTable, liveTables } from './live-table.ts';
import { parseTable } from './text/parse.ts';
import { folded } from './text/tokens.ts';

/**
 * Reads what was asked for with all that stands in it, whoever made it. Rows of bookkeeping tables and sizes are asked
 * for by queries of their own, since one that names a table which is missing is refused as a whole; they cost no way to a
 * server and back.
 */
export const introspect = (connection: Connection, look: Look): Promise<LiveState> =>
  inSnapshot(connection, async () => {
    const [row = {}] = await connection.query(catalogQuery(look));
    const answer = answerOf(row);
    const tables = liveTables(answer);
    const contents = await readContents(connection, look, tables);
    const filled = await readFilled(connection, look, tables);
    const found = { look, answer, tables, contents, filled, around: await readAround(connection, answer.foreignKey) };
    const catalog = catalogOf(Object.values(kinds).flatMap((kind): readonly CatalogObject[] => kind.read(found)));
    return {
      catalog,
      facts: await readFacts(connection, sizedTables(found), answer.database[0]),
      notes: new Map(),
      server: serverFacts(look, answer),
      lackingRights: (changes) => changes.flatMap((change) => moduleOf(subject(change)).needs(change)),
      blockers: async (changes) => [
        ...emptyingBlockers(changes, catalog),
        ...blockersOf(changes, catalog, answer.database[0]),
        ...(await brokenTriggers(connection, changes, catalog)),
      ],
    };
  });

/** Several queries of one state, within a transaction of the caller's or without. */
async function inSnapshot<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
  await connection.query('SAVEPOINT dbos_introspect');
  try {
    return await read();
  } finally {
    await connection.query('RELEASE dbos_introspect');
  }
}

async function readContents(
  connection: Connection,
  { contents }: Look,
  tables: readonly LiveTable[],
): Promise<readonly FoundContent[]> {
  const there = readable(contents, tables);
  const rows = there.length === 0 ? [] : await connection.query(contentQuery(there));
  return there.map(({ table, column }, i) => {
    const values = rows.flatMap(({ place, value }) => (place === i ? [String(value)] : []));
    return { table, column, values: values.toSorted() };
  });
}

async function readFilled(
  connection: Connection,
  { emptied }: Look,
  tables: readonly LiveTable[],
): Promise<readonly string[]> {
  const there = fillable(emptied, tables);
  const rows = there.length === 0 ? [] : await connection.query(filledQuery(there));
  return withReferring(new Set(rows.map(({ name }) => String(name))), there);
}

/** Those that were looked at, and those that a reset may have to rebuild. */
function sizedTables({ look, answer, tables }: Found): readonly SizedTable[] {
  const asked = new Map(look.relations?.map((name) => [folded(name), name]));
  return [
    ...tables.map(({ name, parsed, columns }) => ({
      name,
      spelling: asked.get(folded(name)) ?? name,
      columns: columns.flatMap((column) => (column.hidden === 0 ? [column.name] : [])),
      hasRowid: !parsed.options.includes('WITHOUT ROWID'),
    })),
    ...answer.dependent
      .filter(({ isLooked, references }) => isLooked === 0 && references.length > 0)
      .map(({ name, columns, sql }) => ({
        name,
        spelling: name,
        columns,
        hasRowid: !parseTable(sql).options.includes('WITHOUT ROWID'),
      })),
  ];
}

const serverFacts = ({ database }: Look, answer: Answer): ServerFacts => ({
  product: 'SQLite',
  version: answer.database[0].version,
  readOnly: whyNotWritable(database),
  roleExists: true,
  hasAlternative: false,
  user: operatorName(),
  strangers: answer.dependent.flatMap(({ type, name, isLooked }) =>
    isLooked === 0 && (type === 'table' || type === 'view') ? [`${type} ${name}`] : [],
  ),
});

/** A user id need not have a name, as in a container. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
