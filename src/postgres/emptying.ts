import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { relationName } from '../model/facts.ts';
import type { CatalogObject, TriggerObject } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { dropConstraint } from './constraint.ts';
import { nameOf, relationOf, tableOf } from './kinds/draft.ts';

/**
 * Objects of others for which the server refuses to empty our tables, or that would act when it does: foreign keys of tables
 * that keep their rows, though there be none that refers to ours, and triggers that fire on TRUNCATE.
 * https://www.postgresql.org/docs/current/sql-truncate.html
 */
export function emptyingBlockers(changes: readonly Change[], live: Catalog): readonly Obstacle[] {
  const emptied = new Set(
    changes.flatMap((change) =>
      change.type === 'drop' && change.from.kind === 'rows' ? [relationOf(change.from)] : [],
    ),
  );
  return emptied.size === 0 ? [] : [...live.values()].flatMap((object) => obstacleOf(object, emptied) ?? []);
}

function obstacleOf(object: CatalogObject, emptied: ReadonlySet<string>): Obstacle | null {
  if (object.kind === 'foreignKey') {
    const referenced = relationName(object.referencedSchema, object.referencedTable);
    if (!emptied.has(referenced) || emptied.has(relationOf(object))) return null;
    return {
      what: `blocked by ${nameOf(object)}, which refers to ${referenced}`,
      remedy: `${dropConstraint(object).sql};   then run it again`,
    };
  }
  if (object.kind !== 'trigger' || !emptied.has(relationOf(object)) || !firesOnTruncate(object)) return null;
  return {
    what: `blocked by ${nameOf(object)}, which would run when the table is emptied`,
    remedy: `ALTER TABLE ${tableOf(object)} DISABLE TRIGGER ${quoteIdentifier(object.name)};   then run it again`,
  };
}

/** The server prints TRUNCATE behind all other events. */
const firesOnTruncate = ({ definition, enabled }: TriggerObject): boolean =>
  (enabled === 'origin' || enabled === 'always') && /^[^"]* TRUNCATE$/.test(definition.split(' FOR EACH ', 1)[0] ?? '');
