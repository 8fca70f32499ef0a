import type { RenderContext } from '../../model/dialect.ts';
import type { IndexObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { type Draft, differing, type KindRenderer, qualified, tableOf } from '../draft.ts';

const createIndex = (o: IndexObject, name: string): Draft => ({
  sql: [
    `CREATE ${o.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(name)} ON ${tableOf(o)} USING ${o.method} (${o.columns.join(', ')})`,
    ...(o.include.length === 0 ? [] : [`INCLUDE (${o.include.join(', ')})`]),
    ...(o.nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    ...(o.predicate === null ? [] : [`WHERE ${o.predicate}`]),
  ].join(' '),
  lock: 'SHARE',
  hazards: ['blocks writers'],
});

const dropIndex = (o: IndexObject): Draft => ({
  sql: `DROP INDEX ${qualified(o.schema, o.name)}`,
  lock: 'ACCESS EXCLUSIVE',
});

const renameIndex = (o: IndexObject, from: string): Draft => ({
  sql: `ALTER INDEX ${qualified(o.schema, from)} RENAME TO ${quoteIdentifier(o.name)}`,
  lock: 'SHARE UPDATE EXCLUSIVE',
});

/**
 * The name under which a successor is built while its predecessor still serves: no other's, and no longer than the
 * server takes it. https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
function successorName(name: string, { live, target }: RenderContext): string {
  const taken = new Set([...live.values(), ...target.values()].map((o) => ('name' in o ? o.name : '')));
  for (let i = 1; ; i += 1) {
    const suffix = i === 1 ? '' : `_${i}`;
    const candidate = cutToBytes(`dbos_new_${name}`, 63 - suffix.length) + suffix;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The longest beginning of a text that takes no more bytes and ends with a whole character. */
function cutToBytes(text: string, limit: number): string {
  let [cut, bytes] = ['', 0];
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    cut += character;
  }
  return cut;
}

export const index: KindRenderer<IndexObject> = {
  create: (o) => [createIndex(o, o.name)],
  alter: (change, context) => {
    const { from, to } = change;
    const broken = differing(change).has('valid');
    if (broken) return [dropIndex(from), createIndex(to, to.name)];
    const successor = successorName(to.name, context);
    return [createIndex(to, successor), dropIndex(from), renameIndex(to, successor)];
  },
  rename: ({ from, to }) => [renameIndex(to, from.name)],
  drop: (o) => [dropIndex(o)],
};
