import type { Inspection } from '../apply/inspect.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { idFor } from '../model/kinds.ts';
import { type GrantObject, type GrantTarget, grantTargets } from '../model/objects.ts';

/** What the role of an application may do after a run. */
export interface Grants {
  readonly role: string;
  readonly schema: string;
  /** The statements of all grants, in the order of the users' page. */
  readonly statements: readonly string[];
  /** What of it the role had before. */
  readonly standing: readonly GrantTarget[];
  /** Whether it had all of it. */
  readonly isComplete: boolean;
  /** Whether the schema holds objects of others: then the grants are on ours alone, one by one. */
  readonly isShared: boolean;
}

/** Grants that are not made where objects of others stand in the schema. */
export const onWholeSchema: ReadonlySet<GrantTarget> = new Set([
  'sequences',
  'default tables',
  'default sequences',
  'default functions',
]);

/** The grants of a run, sent or not; null where none were asked for. The right to connect is told only where it was sent. */
export function grantsOf(
  { database, dialect, settled, target, live }: Inspection,
  changes: readonly Change[],
): Grants | null {
  const { role, schema } = database.scope;
  if (role === null) return null;
  const sent = new Set(changes.map(({ id }) => id));
  const isShared = grantsIn(settled.catalog).some(({ shared }) => shared === true);
  const grants = grantsIn(target)
    .filter((grant) => grant.on !== 'database' || sent.has(idFor(grant)))
    .filter(({ on }) => !isShared || !onWholeSchema.has(on));
  const context = { live: settled.catalog, target, facts: live.facts };
  const standing = grants.filter((grant) => !sent.has(idFor(grant))).map(({ on }) => on);
  return {
    role,
    schema,
    statements: grants
      .flatMap((to) => dialect.render([{ type: 'create', id: idFor(to), to }], context))
      .map(({ sql }) => sql),
    standing,
    isComplete: standing.length === grants.length,
    isShared,
  };
}

const grantsIn = (catalog: Catalog): readonly GrantObject[] =>
  [...catalog.values()]
    .filter((object) => object.kind === 'grant')
    .toSorted((a, b) => grantTargets.indexOf(a.on) - grantTargets.indexOf(b.on));
