import type { Change, Create, Rename } from '../model/change.ts';
import { idFor, idOf, traitsOf } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { list } from './asking.ts';
import { printable } from './encoding.ts';

/** An object that no catalog of ours has, under a name that it keeps from being given. */
export interface Taken {
  readonly space: 'relation' | 'type' | 'constraint';
  readonly name: string;
  /** Of a constraint. */
  readonly table: string | null;
  /** In the server's words: `sequence dbos.streams`. */
  readonly by: string;
  /** The statement that gives it another name. */
  readonly rename: string;
}

type Naming = Create | Rename;

/** Changes that give a name in a schema that is there; in one that is still to be made no name is taken. */
export function namings(changes: readonly Change[]): readonly Naming[] {
  const naming = changes.filter((change): change is Naming => change.type === 'create' || change.type === 'rename');
  return naming.some(({ to }) => to.kind === 'schema') ? [] : naming.filter(({ to }) => nameOf(to) !== null);
}

const nameOf = (object: CatalogObject): string | null =>
  'name' in object && traitsOf(object).occupies(object).length > 0 ? object.name : null;

/** Another name for it, which is not longer than a name may be. */
const otherName = (name: string): string => `left(${name}, 57) || '_other'`;

/**
 * What stands under these names and is no table, view, key, index or check that the catalog query reads: other kinds of
 * relations, and indexes of others' tables; types, since a table brings one of its name; constraints of other kinds on
 * our tables.
 * https://www.postgresql.org/docs/current/ddl-schemas.html
 */
export function takenQuery(changes: readonly Naming[]): string {
  const names = list(changes.flatMap(({ to }) => nameOf(to) ?? []));
  return `SELECT 'relation' AS space, relname AS name, NULL AS "table",
    ${printable(`pg_describe_object('pg_class'::regclass, c.oid, 0)`)} AS by,
    ${printable(`format('ALTER %s %s RENAME TO %I', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' WHEN 'v' THEN 'VIEW'
      WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' ELSE 'TABLE' END,
      CASE relkind WHEN 'c' THEN reltype::regtype::text ELSE c.oid::regclass::text END, ${otherName('relname')})`)} AS rename
  FROM pg_class c JOIN ns ON c.relnamespace = ns.oid
  WHERE relname IN (${names}) AND c.oid NOT IN (SELECT oid FROM rel)
    AND NOT EXISTS (SELECT FROM pg_index JOIN tab ON tab.oid = indrelid WHERE indexrelid = c.oid)
UNION ALL SELECT 'type', typname, NULL, ${printable(`pg_describe_object('pg_type'::regclass, t.oid, 0)`)},
    ${printable(`format('ALTER TYPE %s RENAME TO %I', t.oid::regtype, ${otherName('typname')})`)}
  FROM pg_type t JOIN ns ON t.typnamespace = ns.oid
  WHERE typname IN (${names}) AND typrelid = 0 AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
UNION ALL SELECT 'constraint', conname, tab.relname, ${printable(`pg_describe_object('pg_constraint'::regclass, c.oid, 0)`)},
    ${printable(`format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', conrelid::regclass, conname, ${otherName('conname')})`)}
  FROM tab JOIN pg_constraint c ON conrelid = tab.oid WHERE conname IN (${names}) AND contype NOT IN ('p', 'u', 'f', 'c')`;
}

/** The changes that cannot give their names, each with who has it. */
export const takenObstacles = (changes: readonly Naming[], taken: readonly Taken[]): readonly Obstacle[] =>
  changes.flatMap(({ to }) =>
    taken
      .filter((one) => isTaken(to, one))
      .map(({ by, rename }) => ({
        what: `the ${traitsOf(to).label} ${idFor(to).slice(to.kind.length + 1)} cannot be created: its name is taken by the ${by}`,
        remedy: `${rename};   or drop it, then run it again`,
      })),
  );

function isTaken(object: CatalogObject, { space, name, table }: Taken): boolean {
  if (!('schema' in object) || !('name' in object) || object.name !== name) return false;
  const occupied = traitsOf(object).occupies(object);
  switch (space) {
    case 'relation':
      return occupied.includes(`relation ${withoutKind(idOf.table(object.schema, name))}`);
    case 'constraint':
      return occupied.includes(`constraint ${withoutKind(idOf.column(object.schema, table ?? '', name))}`);
    case 'type':
      return object.kind === 'table';
  }
}

const withoutKind = (id: string): string => id.slice(id.indexOf(':') + 1);
