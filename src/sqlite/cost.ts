import type { RenderContext } from '../model/dialect.ts';
import { relationName, sumOf } from '../model/facts.ts';
import type { ObjectId } from '../model/objects.ts';
import type { Statement } from '../model/plan.ts';
import type { Draft } from './kinds/draft.ts';
import { schema } from './names.ts';

/** A draft with the changes that it makes, by object id. */
export interface Step {
  readonly draft: Draft;
  readonly objects: readonly ObjectId[];
}

/** SQLite locks the file as a whole, once it is there; readers of a write-ahead log go on. https://www.sqlite.org/lockingv3.html */
const wholeFile = [{ relation: schema, mode: 'EXCLUSIVE' }];

/**
 * Adds to the drafts of a plan what follows from sizes and from what is there before it.
 * @param created names of the tables that the plan itself makes: there is nothing in them to look through
 */
export function costing({ live, facts }: RenderContext, created: ReadonlySet<string>): (step: Step) => Statement {
  const isThere = [...live.values()].some(({ kind }) => kind === 'database');
  const relations = (tables: readonly string[] = []): readonly string[] =>
    [...new Set(tables)].filter((table) => !created.has(table)).map((table) => relationName(schema, table));
  return ({ draft, objects }) => {
    const [scans, rewrites] = [relations(draft.scans), relations(draft.rewrites)];
    return {
      sql: draft.sql,
      objects,
      commits: draft.commits ?? 'with others',
      on: 'database',
      locks: draft.writes === false || !isThere ? [] : wholeFile,
      scans,
      rewrites,
      ...sumOf(facts, [...scans, ...rewrites]),
      hazards: draft.hazards ?? [],
    };
  };
}
