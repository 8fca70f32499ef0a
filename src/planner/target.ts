import { type Catalog, catalogOf } from '../model/catalog.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import type { Goal } from '../model/goal.ts';
import type { ObjectId } from '../model/objects.ts';
import { traitsOf } from '../model/kinds.ts';
import { withoutNamesakes } from './identity.ts';
import type { Ownership } from './ownership.ts';

/** What a goal means for one database. */
export interface Wanted {
  readonly target: Catalog;
  readonly ownership: Ownership;
}

export interface Circumstances {
  /** What is there, spelt as the declared side spells it. */
  readonly live: Catalog;
  readonly declared: Catalog;
  readonly retired: readonly RetiredDefinition[];
  /** Whether the schema stays when nothing of ours is left in it: it came with the database. */
  readonly isLasting: boolean;
  /** Ids of objects that have a name of ours and are somebody else's. */
  readonly foreign: ReadonlySet<ObjectId>;
  /** Names, with their kind, of what else stands in the schema. */
  readonly strangers: readonly string[];
}

/**
 * The catalog that a goal leads to, and what may be taken away on the way there. A reset leaves the database, and the
 * schema while anything stands in it that does not go with ours. Where tables are emptied, all stays as it is but what
 * is to be done in them.
 */
export function wantedBy({ aim, allow }: Goal, circumstances: Circumstances): Wanted {
  const { live, declared, retired, foreign, isLasting, strangers } = circumstances;
  if (aim === 'declared') {
    const takes = allow.has('data-loss') ? 'retired with rows' : 'retired';
    return { target: declared, ownership: { retired, declared, foreign, takes } };
  }
  if (aim === 'empty') {
    const target = catalogOf([...withoutNamesakes(live, foreign).values()].filter((o) => traitsOf(o).role !== 'work'));
    return { target, ownership: { retired, declared, foreign, takes: 'retired' } };
  }
  const going = new Set(
    [...live.values()].flatMap((o) => (traitsOf(o).role === 'dependent' && 'name' in o ? o.name : [])),
  );
  const isNeeded = isLasting || foreign.size > 0 || strangers.some((name) => !going.has(name));
  const staying = isNeeded ? ['database', 'schema'] : ['database'];
  return {
    target: catalogOf([...live.values()].filter(({ kind }) => staying.includes(kind))),
    ownership: { retired, declared, foreign, takes: 'everything of ours' },
  };
}
