import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import type { Change } from '../../src/model/change.ts';
import { idOf } from '../../src/model/kinds.ts';
import type { Connection } from '../../src/model/dialect.ts';
import type { CatalogObject, ViewObject } from '../../src/model/objects.ts';
import { diff } from '../../src/planner/diff.ts';
import { order } from '../../src/planner/order.ts';
import { withRenames } from '../../src/planner/renames.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { qualified } from '../../src/postgres/kinds/draft.ts';
import { quoteLiteral } from '../../src/sql/quote.ts';
import { owned } from './support.ts';

/** Turns a database that holds the one catalog into one that holds the other: the planner's work, backwards. */
export async function disarrange(connection: Connection, from: Catalog, to: Catalog): Promise<void> {
  const changes = order(withRenames(diff(from, possible(to)), owned(from, 'everything of ours')));
  const tables = changes.filter(isOfTable);
  const rest = changes.filter((change) => change.type !== 'drop' && !isOfTable(change));
  const render = (some: readonly Change[]): readonly string[] =>
    postgres.render(some, { live: from, target: to, facts: new Map() }).map(({ sql }) => sql);
  const sql = [
    ...render(changes.filter((change) => change.type === 'drop')),
    // A table stays logged as long as another logged one references it.
    ...[false, true].flatMap((last) => render(tables.filter((change) => isReferenced(change, from) === last))),
    ...render(rest),
    ...[...to.values()].flatMap(byHand),
  ];
  if (sql.length > 0) await connection.query(['BEGIN', ...sql, 'COMMIT']);
}

const isOfTable = (change: Change): boolean => change.type === 'alter' && change.to.kind === 'table';

const isReferenced = (change: Change, catalog: Catalog): boolean =>
  change.type === 'alter' &&
  change.to.kind === 'table' &&
  [...catalog.values()].some((o) => o.kind === 'foreignKey' && idOf.table(o.schema, o.referencedTable) === change.id);

/** Without what no plan ever makes. */
const possible = (catalog: Catalog): Catalog =>
  catalogOf([...catalog.values()].filter(({ kind }) => kind !== 'view' && kind !== 'backlog'));

function byHand(object: CatalogObject): readonly string[] {
  if (object.kind === 'view') return [createView(object)];
  if (object.kind !== 'index' || object.valid) return [];
  return [
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(${quoteLiteral(qualified(object.schema, object.name))})`,
  ];
}

const createView = ({ schema, name, definition }: ViewObject): string =>
  `CREATE VIEW ${qualified(schema, name)} AS ${definition}`;
