import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import type { CatalogObject } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { eventOf } from './consequences.ts';
import { dropTrigger } from './kinds/trigger.ts';
import { folded } from './text/tokens.ts';

/**
 * Objects of others that empty tables of ours would leave without what they refer to, or that would act when they are
 * emptied: foreign keys of tables that keep their rows, and triggers that fire on DELETE.
 */
export function emptyingBlockers(changes: readonly Change[], live: Catalog): readonly Obstacle[] {
  const emptied = new Set(
    changes.flatMap((change) =>
      change.type === 'drop' && change.from.kind === 'rows' ? [folded(change.from.table)] : [],
    ),
  );
  return emptied.size === 0 ? [] : [...live.values()].flatMap((object) => obstacleOf(object, emptied) ?? []);
}

function obstacleOf(object: CatalogObject, emptied: ReadonlySet<string>): Obstacle | null {
  if (object.kind === 'foreignKey') {
    if (!emptied.has(folded(object.referencedTable)) || emptied.has(folded(object.table))) return null;
    return {
      what: `blocked by the foreign key of ${object.table} (${object.columns.join(', ')}), which refers to ${object.referencedTable}`,
      remedy: `let your application make the table ${object.table} without it, then run it again; or drop the system tables with \`dbos reset --cascade\``,
    };
  }
  if (object.kind !== 'trigger' || !emptied.has(folded(object.table)) || eventOf(object.definition) !== 'DELETE')
    return null;
  return {
    what: `blocked by trigger ${object.name} of ${object.table}, which would run when the table is emptied`,
    remedy: `${dropTrigger(object)};   then run it again, and let your application make it again`,
  };
}
