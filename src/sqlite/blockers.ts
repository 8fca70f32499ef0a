import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import { idFor, traitsOf } from '../model/kinds.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { FileRow } from './catalog-answer.ts';
import { writingOf } from './kinds.ts';
import { isAddition, tableOf } from './rebuild/table-plan.ts';
import { missingIn } from './text/missing.ts';
import { folded } from './text/tokens.ts';

/**
 * What stands in tables that are written to or made again, and needs a function or a collation that an application gives
 * its own connections: SQLite can neither make it again nor write a row beside it.
 * https://www.sqlite.org/appfunc.html
 */
export function blockersOf(
  changes: readonly Change[],
  live: Catalog,
  known: Pick<FileRow, 'functions' | 'collations'>,
): readonly Obstacle[] {
  const tables = new Set(changes.filter(writesRows).map((change) => folded(tableOf(change))));
  for (const change of changes) {
    if (subject(change).kind === 'table' && change.type !== 'alter') tables.delete(folded(tableOf(change)));
  }
  const going = new Set(changes.flatMap((change) => (change.type === 'create' ? [] : [folded(idFor(change.from))])));
  return [...live.values()].flatMap((object) => {
    if (!('table' in object) || !tables.has(folded(object.table)) || going.has(folded(idFor(object)))) return [];
    const missing = textsOf(object).flatMap((text) => missingIn(text, known));
    return missing.length === 0 ? [] : [obstacle(object, [...new Set(missing)])];
  });
}

/** A rebuild copies the rows of its table; a version is a row. */
const writesRows = (change: Change): boolean =>
  subject(change).kind === 'version' || (writingOf(change).written === 'with its table' && !isAddition(change));

const none = (): readonly string[] => [];

/** The texts in which functions and collations are named. What a trigger calls is looked up when it runs. */
const texts: { readonly [K in ObjectKind]: (object: ObjectOf<K>) => readonly string[] } = {
  database: none,
  schema: none,
  table: none,
  column: ({ generated, collation }) => [generated ?? '', collation === null ? '' : `COLLATE ${collation}`],
  key: ({ columns }) => columns,
  check: ({ expression }) => [expression],
  index: ({ columns, predicate }) => [...columns, predicate ?? ''],
  foreignKey: none,
  view: none,
  function: none,
  trigger: none,
  grant: none,
  backlog: none,
  rows: none,
  dependent: none,
  influence: none,
  version: none,
};

const textsOf = (object: CatalogObject): readonly string[] =>
  (texts[object.kind] as (object: CatalogObject) => readonly string[])(object);

function obstacle(object: CatalogObject & { readonly table: string }, missing: readonly string[]): Obstacle {
  const { label } = traitsOf(object);
  const name = 'name' in object ? object.name : '';
  return {
    what: `blocked by ${label} ${name} of ${object.table}, which needs ${missing.join(' and ')} of your application`,
    remedy: `${removal(object)}, then run this again, and let your application make it again`,
  };
}

/** SQLite takes no constraint away, and values of a column are not to go. */
function removal(object: CatalogObject & { readonly table: string }): string {
  if (object.kind === 'index') return `DROP INDEX ${quoteIdentifier(object.name)};`;
  if (object.kind === 'column' && object.generated !== null)
    return `ALTER TABLE ${quoteIdentifier(object.table)} DROP COLUMN ${quoteIdentifier(object.name)};`;
  return `let your application make the table ${object.table} without it`;
}
