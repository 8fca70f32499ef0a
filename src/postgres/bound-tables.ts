import { type Alter, type Change, subject } from '../model/change.ts';
import type { ColumnObject, TableObject } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { printable } from './encoding.ts';
import { differing } from './kinds/draft.ts';

/** What a table of ours is bound to, which keeps its columns or its persistence from being changed. */
export interface Bond {
  readonly table: string;
  /** A column that is inherited; null where the whole table is bound. */
  readonly column: string | null;
  readonly bond: 'type' | 'parent' | 'unlogged table';
  /** Whether the parent's column takes no NULL. */
  readonly isRequired: boolean;
  /** The table as `schema.name`. */
  readonly relation: string;
  /** In the server's words. */
  readonly to: string;
  readonly removal: string;
}

/** Whether a change can be refused for a bond of its table. */
export const isBindable = (change: Change): boolean =>
  Object.values(bonds).some(({ binds }) => binds(change, { isRequired: true }));

interface Binding {
  /** Whether the server refuses the change. */
  readonly binds: (change: Change, bond: Pick<Bond, 'isRequired'>) => boolean;
  readonly sentence: (to: string, table: string) => string;
}

/** https://www.postgresql.org/docs/current/sql-altertable.html */
const bonds: Readonly<Record<Bond['bond'], Binding>> = {
  type: {
    binds: (change) => isOfColumn(change) && (change.type !== 'alter' || isRetyped(change)),
    sentence: (to, table) => `the ${to}, from which ${table} takes its columns`,
  },
  parent: {
    binds: (change, { isRequired }) =>
      isOfColumn(change) &&
      change.type !== 'create' &&
      (change.type !== 'alter' || isRetyped(change) || (isRequired && isLoosened(change))),
    sentence: (to, table) => `the ${to}, from which ${table} inherits the column`,
  },
  'unlogged table': {
    binds: (change) =>
      change.type === 'alter' && change.to.kind === 'table' && becomesLogged(change as Alter<TableObject>),
    sentence: (to, table) =>
      `the unlogged ${to}, to which ${table} has a foreign key and is not to be logged before it`,
  },
};

const isOfColumn = (change: Change): change is Change<ColumnObject> => subject(change).kind === 'column';

const isRetyped = (change: Alter<ColumnObject>): boolean => {
  const fields = differing(change);
  return fields.has('type') || fields.has('collation');
};

const isLoosened = ({ from, to }: Alter<ColumnObject>): boolean => !from.nullable && to.nullable;

const becomesLogged = ({ from, to }: Alter<TableObject>): boolean =>
  from.persistence === 'unlogged' && to.persistence === 'permanent';

/** What tables of ours are bound to: a type, parents that are somebody else's, and unlogged tables that they refer to. */
export const bondsQuery = `SELECT tab.relname AS "table", NULL AS column, 'type' AS bond, ${printable(`pg_describe_object('pg_type'::regclass, reloftype, 0)`)} AS to,
    false AS "isRequired", tab.oid::regclass AS relation, format('ALTER TABLE %s NOT OF', tab.oid::regclass) AS removal FROM tab WHERE reloftype <> 0
  UNION ALL SELECT tab.relname, a.attname, 'parent', ${printable(`pg_describe_object('pg_class'::regclass, i.inhparent, 0)`)},
    p.attnotnull, tab.oid::regclass, format('ALTER TABLE %s NO INHERIT %s', tab.oid::regclass, i.inhparent::regclass)
    FROM tab JOIN pg_inherits i ON i.inhrelid = tab.oid AND NOT tab.relispartition
    JOIN pg_attribute a ON a.attrelid = tab.oid AND a.attinhcount > 0 AND NOT a.attisdropped
    JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
  UNION ALL SELECT DISTINCT con."table", NULL::name, 'unlogged table', ${printable(`pg_describe_object('pg_class'::regclass, f.oid, 0)`)},
    false, con.conrelid::regclass, format('ALTER TABLE %s SET LOGGED', f.oid::regclass)
    FROM con JOIN pg_class f ON f.oid = con.confrelid WHERE con.contype = 'f' AND f.relpersistence = 'u' AND f.oid NOT IN (SELECT oid FROM tab)`;

/** What would keep the server from making changes, each bond once. */
export function bondObstacles(changes: readonly Change[], found: readonly Bond[]): readonly Obstacle[] {
  const binding = found.filter((bond) => changes.some((change) => isBound(change, bond)));
  return [...new Map(binding.map((bond) => [bond.removal, bond])).values()].map(({ bond, to, relation, removal }) => ({
    what: `blocked by ${bonds[bond].sentence(to, relation)}`,
    remedy: `${removal};   then run it again`,
  }));
}

function isBound(change: Change, bond: Bond): boolean {
  const object = subject(change);
  if (!bonds[bond.bond].binds(change, bond)) return false;
  if (object.kind === 'table') return object.name === bond.table;
  return (
    object.kind === 'column' && object.table === bond.table && (bond.column === null || object.name === bond.column)
  );
}
