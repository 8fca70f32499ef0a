import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { idFor } from '../model/kinds.ts';
import { type GrantObject, type GrantTarget, grantTargets } from '../model/objects.ts';
import type { Inspected } from './inspect-all.ts';

/** What `--app-role` did: the statements line by line, and behind them which of these had not to be sent. */
export function grantLines({ database, inspection }: Inspected, changes: readonly Change[]): readonly string[] {
  const { role, schema } = database.scope;
  if (role === null) return [];
  const sent = new Set(changes.map(({ id }) => id));
  const grants = grantsIn(inspection.target).filter((grant) => grant.on !== 'database' || sent.has(idFor(grant)));
  const statements = grants.flatMap((to) =>
    database.dialect.render([{ type: 'create', id: idFor(to), to }], {
      live: inspection.settled,
      target: inspection.target,
    }),
  );
  const standing = grants.filter((grant) => !sent.has(idFor(grant))).map(({ on }) => on);
  return [
    `Granting permissions for the ${schema} schema to ${role} in database ${database.where}`,
    ...statements.map(({ sql }) => sql),
    ...(standing.length === 0 ? [] : [standingLine(standing, standing.length === grants.length)]),
  ];
}

const standingLine = (standing: readonly GrantTarget[], isAll: boolean): string =>
  isAll ? 'All of this stands already.' : `This stands already: the grants on ${standing.join(', ')}.`;

const grantsIn = (catalog: Catalog): readonly GrantObject[] =>
  [...catalog.values()]
    .filter((object) => object.kind === 'grant')
    .toSorted((a, b) => grantTargets.indexOf(a.on) - grantTargets.indexOf(b.on));
