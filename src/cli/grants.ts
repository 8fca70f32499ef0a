import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { idFor } from '../model/kinds.ts';
import type { GrantObject, GrantTarget } from '../model/objects.ts';
import type { Inspected } from './inspect-all.ts';

/** The order of the users' page; the right to connect is said only where it was missing. */
const order: readonly GrantTarget[] = [
  'database',
  'schema',
  'tables',
  'sequences',
  'functions',
  'default tables',
  'default sequences',
  'default functions',
];

/** What `--app-role` did, line by line: each statement, and whether it stood already. */
export function grantLines({ database, inspection }: Inspected, changes: readonly Change[]): readonly string[] {
  const { role, schema } = database.scope;
  if (role === null) return [];
  const sent = new Set(changes.map(({ id }) => id));
  const lines = grantsIn(inspection.target).flatMap((to) => {
    const id = idFor(to);
    if (to.on === 'database' && !sent.has(id)) return [];
    const statements = database.dialect.render([{ type: 'create', id, to }], {
      live: inspection.settled,
      target: inspection.target,
    });
    return statements.map(({ sql }) => (sent.has(id) ? sql : `${sql} (stands already)`));
  });
  return [`Granting permissions for the ${schema} schema to ${role} in database ${database.where}`, ...lines];
}

const grantsIn = (catalog: Catalog): readonly GrantObject[] =>
  [...catalog.values()]
    .filter((object) => object.kind === 'grant')
    .toSorted((a, b) => order.indexOf(a.on) - order.indexOf(b.on));
