import type { RenderContext } from '../model/dialect.ts';
import { type Facts, relationName, sumOf } from '../model/facts.ts';
import type { ObjectId } from '../model/objects.ts';
import type { Lock, Statement } from '../model/plan.ts';
import { hasLog } from './facts.ts';
import type { Draft } from './kinds/draft.ts';
import { schema } from './names.ts';

/** A draft with the changes that it makes, by object id. */
export interface Step {
  readonly draft: Draft;
  readonly objects: readonly ObjectId[];
}

/**
 * So many bytes of rows a transaction surely keeps in memory: half of the driver's cache, since indexes of keys are written
 * along with them. https://www.sqlite.org/pragma.html#pragma_cache_size
 */
const kept = 8_000_000;

/** Bytes of an index that is made of these tables: so many a row, as keys of a few words have. */
function entriesOf(tables: readonly string[], facts: Facts): number {
  const { rows, bytes } = sumOf(facts, tables);
  return Math.min(bytes, rows * 100);
}

/**
 * SQLite locks the file as a whole. A transaction that writes keeps other writers out to its end. Readers go on, but for
 * the moment of its COMMIT, until it has more to write than its cache holds: then it writes to the file before its end,
 * and readers wait from there on. With a write-ahead log they never do.
 * https://www.sqlite.org/lockingv3.html#writing https://www.sqlite.org/atomiccommit.html#_cache_spill_prior_to_commit
 */
function lockOf(written: number, facts: Facts): Lock {
  return { relation: schema, mode: written > kept && !hasLog(facts) ? 'EXCLUSIVE' : 'RESERVED' };
}

/**
 * Adds to the drafts of a plan, in their order, what follows from sizes and from what is there before it.
 * @param created names of the tables that the plan itself makes: there is nothing in them to look through
 */
export function costing({ live, facts }: RenderContext, created: ReadonlySet<string>): (step: Step) => Statement {
  const isThere = [...live.values()].some(({ kind }) => kind === 'database');
  const relations = (tables: readonly string[] = []): readonly string[] =>
    [...new Set(tables)].filter((table) => !created.has(table)).map((table) => relationName(schema, table));
  let written = 0;
  return ({ draft, objects }) => {
    const [scans, rewrites] = [relations(draft.scans), relations(draft.rewrites)];
    const locks = draft.writes !== false && isThere;
    if (locks)
      written +=
        sumOf(facts, rewrites).bytes +
        entriesOf(
          scans.filter((name) => !rewrites.includes(name)),
          facts,
        );
    return {
      sql: draft.sql,
      objects,
      commits: draft.commits ?? 'with others',
      on: 'database',
      locks: locks ? [lockOf(written, facts)] : [],
      scans,
      rewrites,
      ...sumOf(facts, [...scans, ...rewrites]),
      hazards: draft.hazards ?? [],
    };
  };
}
