import type { Catalog } from '../model/catalog.ts';
import { type Change, subject } from '../model/change.ts';
import type { Connection } from '../model/dialect.ts';
import { QueryError } from '../model/errors.ts';
import type { TriggerObject } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { dropTrigger } from './kinds/trigger.ts';
import { folded } from './text/tokens.ts';

/**
 * Triggers on tables whose rows are written, which name a table or a function that is not there: the statements that fire
 * them would be refused. SQLite looks that up when it compiles such a statement, which EXPLAIN does without running it.
 * A rebuild fires no triggers, and makes them again unread. https://www.sqlite.org/lang_explain.html
 */
export async function brokenTriggers(
  connection: Connection,
  changes: readonly Change[],
  live: Catalog,
): Promise<readonly Obstacle[]> {
  const found: Obstacle[] = [];
  for (const change of changes) {
    const object = subject(change);
    if (object.kind !== 'version' || change.type === 'drop') continue;
    const own = triggersOn(object.table, live);
    const why = own.length === 0 ? null : await refusalOf(connection, object.table);
    if (why === null) continue;
    found.push({
      what: `blocked by trigger ${own.map(({ name }) => name).join(', ')} of ${object.table}: ${why}`,
      remedy: `${own.map((o) => `${dropTrigger(o)};`).join(' ')}, then run this again, and let your application make it again`,
    });
  }
  return found;
}

const triggersOn = (table: string, live: Catalog): readonly TriggerObject[] =>
  [...live.values()].filter((o): o is TriggerObject => o.kind === 'trigger' && folded(o.table) === folded(table));

/** Why rows of the table cannot be written; null where they can. */
async function refusalOf(connection: Connection, table: string): Promise<string | null> {
  const name = quoteIdentifier(table);
  try {
    for (const sql of [`DELETE FROM ${name}`, `INSERT INTO ${name} DEFAULT VALUES`])
      await connection.query(`EXPLAIN ${sql}`);
    return null;
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}
