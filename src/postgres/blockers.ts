import type { Catalog } from '../model/catalog.ts';
import type { Alter, Change, ChangeOf } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { Connection } from '../model/dialect.ts';
import { relationName } from '../model/facts.ts';
import { traitsOf } from '../model/kinds.ts';
import type { Look } from '../model/look.ts';
import type { CatalogObject, ObjectKind } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { jsonArray, regarded } from './asking.ts';
import { type Bond, bondObstacles, bondsQuery, isBindable } from './bound-tables.ts';
import { catalogRows, removal } from './dependents.ts';
import { printable } from './encoding.ts';
import { differing } from './kinds/draft.ts';
import { type Misfit, misfitObstacles, misfitsQuery, retypedBy } from './misfits.ts';
import { catalogTimeout, forCatalog } from './session.ts';
import { namings, type Taken, takenObstacles, takenQuery } from './taken-names.ts';

/** Something that needs an object of ours as it is. */
interface Blocker {
  /** What of ours it needs, as kinds have it; `row type` stands for the type of a table's rows. */
  readonly kind: ObjectKind | 'row type';
  readonly table: string | null;
  readonly name: string;
  readonly signature: string | null;
  /** The same in the server's words: `column value of table dbos.streams`. */
  readonly needed: string;
  /** Whether the server refuses to drop, or to give another type to, what it needs. */
  readonly drops: boolean;
  readonly retypes: boolean;
  /** In the server's words: `view public.v`. */
  readonly by: string;
  /** Its kind, table and name, where it stands in a table of ours or has a name of ours. */
  readonly own: string | null;
  /** The statement that takes it away; null where values would go with it. */
  readonly removal: string | null;
}

/** Objects of ours by which `pg_depend` knows what needs them. */
const needed = `need AS (
  SELECT 'pg_class'::regclass::oid AS class, attrelid AS object, attnum::int AS sub, 'column' AS kind, tab.relname AS "table", attname AS name, NULL AS signature
    FROM tab JOIN pg_attribute ON attrelid = tab.oid AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT 'pg_class'::regclass, oid, 0, CASE WHEN relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, relname, relname, NULL FROM rel
  UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, 'row type', relname, relname, NULL
    FROM rel JOIN pg_type r ON r.oid = rel.reltype JOIN pg_type t ON t.oid IN (r.oid, r.typarray)
  UNION ALL SELECT 'pg_class'::regclass, c.oid, 0, 'index', tab.relname, c.relname, NULL
    FROM tab JOIN pg_index ON indrelid = tab.oid JOIN pg_class c ON c.oid = indexrelid
  UNION ALL SELECT k.class, CASE WHEN k.class = 'pg_class'::regclass THEN conindid ELSE con.oid END, 0, 'key', "table", conname, NULL
    FROM con, (VALUES ('pg_class'::regclass), ('pg_constraint'::regclass)) k(class) WHERE contype IN ('p', 'u')
  UNION ALL SELECT 'pg_proc'::regclass, oid, 0, 'function', NULL, proname, signature FROM fun
)`;

/** A view stands for the rule that makes it, and a generated column for the expression that does. */
const needing = `user_of AS (
  SELECT need.kind, need."table", need.name, need.signature, pg_describe_object(need.class, need.object, need.sub) AS needed, d.deptype,
    CASE WHEN r.oid IS NOT NULL OR g.oid IS NOT NULL THEN 'pg_class'::regclass::oid ELSE d.classid END AS class,
    coalesce(r.ev_class, g.adrelid, d.objid) AS object, coalesce(g.adnum, d.objsubid)::int AS sub
  FROM need JOIN pg_depend d ON d.refclassid = need.class AND d.refobjid = need.object AND (need.sub = 0 OR d.refobjsubid = need.sub)
  LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.rulename = '_RETURN'
  LEFT JOIN (pg_attrdef g JOIN pg_attribute ga ON ga.attrelid = g.adrelid AND ga.attnum = g.adnum AND ga.attgenerated <> '')
    ON d.classid = 'pg_attrdef'::regclass AND g.oid = d.objid AND (g.adrelid, g.adnum::int) IS DISTINCT FROM (need.object, need.sub)
  WHERE d.deptype IN ('n', 'a')
)`;

/**
 * Views, rules, triggers, policies, functions with a body in SQL's own form, generated columns and conditions of
 * publications keep a column's type; a column of another table that holds our rows keeps the types of all. What depends
 * on an object in the normal way keeps it from being dropped; foreign keys from our own tables are made again with it.
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
const blockersQuery = `WITH ${needed},
${needing}
SELECT DISTINCT u.kind, u."table", u.name, u.signature, u.needed, ${printable('pg_describe_object(class, object, sub)')} AS by,
  (deptype = 'n' OR col.attgenerated <> '') AND NOT (con.conrelid IS NOT NULL AND con.conrelid IN (SELECT oid FROM tab))
    AND NOT (trg.tgrelid IS NOT NULL AND trg.tgrelid IN (SELECT oid FROM tab)) AS drops,
  CASE WHEN kind = 'row type' THEN sub > 0 AND cls.relkind IN ('r', 'p', 'm', 'f')
    ELSE class IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)
      OR cls.relkind IN ('v', 'm') OR coalesce(col.attgenerated, '') <> '' END AS retypes,
  CASE WHEN trg.tgrelid IN (SELECT oid FROM tab) THEN 'trigger ' || (SELECT relname FROM tab WHERE oid = trg.tgrelid) || '.' || trg.tgname
    WHEN col.attrelid IN (SELECT oid FROM tab) THEN 'column ' || (SELECT relname FROM tab WHERE oid = col.attrelid) || '.' || col.attname
    WHEN sub = 0 AND cls.oid IN (SELECT oid FROM rel) THEN 'view ' || cls.relname || '.' || cls.relname END AS own,
  ${printable('taken.away')} AS removal
FROM user_of u
${catalogRows}
LEFT JOIN pg_attribute col ON class = 'pg_class'::regclass AND sub > 0 AND col.attrelid = object AND col.attnum = sub
CROSS JOIN LATERAL (SELECT CASE WHEN coalesce(col.attgenerated, '') <> '' THEN format('ALTER TABLE %s DROP COLUMN %I', col.attrelid::regclass, col.attname)
    WHEN sub > 0 OR cls.relkind IN ('r', 'p', 'f') THEN NULL
    ELSE ${removal} END) taken(away)`;

/**
 * The tables that inherit from ours and would be altered with them. An ONLY cannot keep them out: the server takes no
 * new column, and no new type of one, that the children are not to have too.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function reachedChildren(changes: readonly Change[], live: Catalog): readonly Obstacle[] {
  const altered = new Set(
    changes.flatMap((change) => {
      const object = subject(change);
      return object.kind === 'column' || object.kind === 'check' ? [object.table] : [];
    }),
  );
  return [...live.values()].flatMap((o) =>
    o.kind === 'influence' && o.what === 'child' && o.relation !== null && altered.has(o.relation)
      ? [
          {
            what: `blocked by the table ${o.name}, which inherits from ${relationName(o.schema, o.relation)} and would be altered with it`,
            remedy: `${o.removal};   then run it again`,
          },
        ]
      : [],
  );
}

type Effect = 'drops' | 'retypes';

const never = (): null => null;
const dropped = ({ type }: Change): Effect | null => (type === 'drop' ? 'drops' : null);
const replaced = ({ type }: Change): Effect | null => (type === 'drop' || type === 'alter' ? 'drops' : null);

/** Whether a change drops an object, be it to make it anew, or gives it another type. */
const effects: { readonly [K in ObjectKind]: (change: ChangeOf<K>) => Effect | null } = {
  database: never,
  schema: never,
  table: dropped,
  column: (change) => {
    if (change.type === 'drop') return 'drops';
    // A column of rows that stand elsewhere gets no value there.
    if (change.type === 'create') return change.to.default === null && change.to.nullable ? null : 'retypes';
    if (change.type !== 'alter') return null;
    if (change.from.generated?.endsWith(' VIRTUAL') === true) return 'drops';
    return isOneOf(change, 'type', 'collation') ? 'retypes' : null;
  },
  key: replaced,
  check: never,
  index: replaced,
  foreignKey: never,
  view: dropped,
  function: (change) =>
    change.type === 'drop' || (change.type === 'alter' && isOneOf(change, 'arguments', 'returns')) ? 'drops' : null,
  trigger: never,
  grant: never,
  backlog: never,
  rows: never,
  dependent: never,
  influence: never,
  version: never,
};

const isOneOf = <O extends CatalogObject>(change: Alter<O>, ...fields: readonly (keyof O)[]): boolean => {
  const found = differing(change);
  return fields.some((field) => found.has(field));
};

/**
 * The objects of others that the server would refuse the changes for: what needs an object of ours as it is, what keeps
 * a name from being given, and foreign keys whose columns could not be compared any more. Most changes can be refused
 * for none, and then nothing is asked.
 * @throws QueryError when the server refuses or does not answer
 */
export async function blockers(
  connection: Connection,
  look: Look,
  changes: readonly Change[],
): Promise<readonly Obstacle[]> {
  const [naming, retyped] = [namings(changes), retypedBy(changes)];
  const standing = ofStandingTables(changes);
  const isHeld = standing.some((change) => effectOf(change) !== null);
  const isBound = standing.some(isBindable);
  if (!isHeld && !isBound && naming.length === 0 && retyped.length === 0) return [];
  const ask = (isNeeded: boolean, query: string): string => (isNeeded ? jsonArray(query) : `'[]'::json`);
  const query = `WITH ${regarded(look)} SELECT ${ask(isHeld, blockersQuery)} AS found,
  ${ask(isBound, bondsQuery)} AS bonds, ${ask(retyped.length > 0, misfitsQuery(retyped))} AS misfits, ${ask(naming.length > 0, takenQuery(naming))} AS taken`;
  const [row] = await connection.query([...forCatalog, query], { timeout: catalogTimeout + 5_000 });
  const { found, bonds, misfits, taken } = row as unknown as Answer;
  const free = freedBy(changes);
  return [
    ...takenObstacles(naming, taken),
    ...bondObstacles(standing, bonds),
    ...blockersOf(standing, found, free),
    ...misfitObstacles(misfits, (own) => free.has(`foreignKey ${own}`)),
  ];
}

/** Without the changes in tables that are made by the same plan: nobody needs these yet. */
function ofStandingTables(changes: readonly Change[]): readonly Change[] {
  const made = new Set(changes.flatMap(({ type, id }) => (type === 'create' ? [id] : [])));
  return changes.filter((change) => {
    const above = traitsOf(subject(change)).parent(subject(change));
    return above === null || !made.has(above);
  });
}

interface Answer {
  readonly found: readonly Blocker[];
  readonly bonds: readonly Bond[];
  readonly misfits: readonly Misfit[];
  readonly taken: readonly Taken[];
}

const effectOf = (change: Change): Effect | null =>
  (effects[subject(change).kind] as (change: Change) => Effect | null)(change);

/** Own names of what the plan itself takes away, be it to make it anew. */
const freedBy = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(changes.filter(({ type }) => type === 'drop' || type === 'alter').map(ownName));

/** The objects of others that need what changes as it is, each once. What the plan itself takes away is none. */
function blockersOf(
  changes: readonly Change[],
  candidates: readonly Blocker[],
  free: ReadonlySet<string>,
): readonly Obstacle[] {
  const standing = candidates.filter(({ own }) => own === null || !free.has(own));
  const found = changes.flatMap((change) => {
    const effect = effectOf(change);
    if (effect === null) return [];
    return standing.filter((blocker) => blocker[effect] && isNeeded(blocker, subject(change), effect));
  });
  return [...new Map(found.map((blocker) => [blocker.by, obstacleOf(blocker)])).values()];
}

const ownName = (change: Change): string => {
  const object = subject(change);
  const name = 'name' in object ? object.name : '';
  return `${object.kind} ${'table' in object ? object.table : name}.${name}`;
};

const isNeeded = (blocker: Blocker, object: CatalogObject, effect: Effect): boolean =>
  blocker.kind === 'row type' ? isOfRows(blocker, object, effect) : isItself(blocker, object);

/** A row type is kept by whoever keeps its table, and each column of the table with it. */
const isOfRows = ({ table }: Blocker, object: CatalogObject, effect: Effect): boolean =>
  effect === 'retypes'
    ? object.kind === 'column' && object.table === table
    : (object.kind === 'table' || object.kind === 'view') && object.name === table;

function isItself({ kind, table, name, signature }: Blocker, object: CatalogObject): boolean {
  if (object.kind !== kind || !('name' in object) || object.name !== name) return false;
  if ('signature' in object) return object.signature === signature;
  return !('table' in object) || object.table === table;
}

const obstacleOf = ({ by, needed: object, removal: sql }: Blocker): Obstacle => ({
  what: `blocked by ${by}, which needs the ${object}`,
  remedy:
    sql === null
      ? 'change that yourself, since rows would go with it; then run it again'
      : `${sql};   then run it again, and make it anew`,
});
