import { isDeepStrictEqual } from 'node:util';
import type { RenderContext } from '../../model/dialect.ts';
import { relationName } from '../../model/facts.ts';
import { idFor } from '../../model/kinds.ts';
import type { Look, Takeover } from '../../model/look.ts';
import type { BacklogObject } from '../../model/objects.ts';
import { dollarQuote, quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { list, mayUseSchema } from '../asking.ts';
import { columnList, type Draft, impossible, type KindModule, type Privilege, qualified, writing } from './draft.ts';
import { isComplete } from './version.ts';

interface BacklogRow {
  readonly takeover: Takeover;
  readonly isDue: boolean;
}

export const backlog: KindModule<'backlog', BacklogRow> = {
  rows: (look) =>
    look.takeovers.length === 0 ? null : look.takeovers.map((takeover) => query(takeover, look)).join(' UNION ALL '),
  read: ({ takeover, isDue }, { schema }) => (isDue ? [{ kind: 'backlog', schema, ...takeover }] : []),
  declare: () => [],
  write: writing({
    create: impossible,
    alter: impossible,
    rename: impossible,
    drop: ({ from }, context) => [copyRows(from, isSaidToBeComplete(context))],
  }),
  needs: (change) => (change.type === 'drop' ? rightsFor(change.from) : []),
  mend: null,
};

const rightsFor = ({ table, into, fills }: BacklogObject) =>
  [
    ...use(table, 'SELECT'),
    ...use(into, 'SELECT', 'INSERT'),
    ...fills.flatMap((place) => use(place.table, 'SELECT', 'UPDATE')),
  ] as const;

const use = (table: string, ...privileges: readonly Privilege[]) =>
  privileges.map((privilege) => ({ right: 'use', privilege, table }) as const);

/**
 * Whether an older table has values that another place lacks. Asked only while the newer table is missing or the version
 * row is not yet the declared one: once the schema is complete, rows may go again, and big tables need no comparing.
 * Where the role may not read the rows, or row security may hide some, they are taken to be lacking: the copy leaves
 * alone what is there, and the version row stays the only one that nobody can do without.
 * Keys are compared as texts, since a column need not have its declared type.
 */
function query(takeover: Takeover, look: Look): string {
  const { table, into, columns, fills } = takeover;
  const isThere = isTable(into);
  const places = [table, into, ...fills.map((place) => place.table)];
  const isBlind = `EXISTS (SELECT FROM tab t WHERE t.relname IN (${list(places)})
      AND (NOT ${mayUseSchema} OR NOT has_table_privilege(t.oid, 'SELECT') OR row_security_active(t.oid)))`;
  const lacks = [
    `CASE WHEN ${hasColumns(into, columns.slice(0, 1))} THEN ${some(missing(takeover, look))} ELSE ${some(all(takeover, look))} END`,
    ...fills.map(
      (place) => `CASE WHEN NOT ${isTable(place.table)} THEN false
        WHEN ${hasColumns(place.table, place.columns)} THEN ${some(unfilled(takeover, place, look))} ELSE ${some(all(takeover, look))} END`,
    ),
  ];
  return `SELECT ${quoteLiteral(JSON.stringify(takeover))}::json AS takeover,
    CASE WHEN ${isThere} AND ${isComplete(look)} THEN false WHEN ${isBlind} THEN true
      ELSE ${lacks.join('\n      OR ')} END AS "isDue"
    WHERE ${hasColumns(table, columns)}`;
}

const isTable = (name: string): string => `EXISTS (SELECT FROM tab t WHERE t.relname = ${quoteLiteral(name)})`;

const hasColumns = (table: string, columns: readonly string[]): string =>
  `(SELECT count(*) FROM tab t JOIN pg_attribute a ON a.attrelid = t.oid AND NOT a.attisdropped
      WHERE t.relname = ${quoteLiteral(table)} AND a.attname IN (${list(columns)})) = ${columns.length}`;

/** Whether a query, as a text so that what it names need not be there, finds a row. */
const some = (text: string): string =>
  `query_to_xml(${quoteLiteral(`SELECT 1 AS v FROM ${text} LIMIT 1`)}, true, false, '')::text LIKE '%<v>%'`;

const all = ({ table }: Takeover, { schema }: Look): string => `ONLY ${qualified(schema, table)} o`;

function missing(takeover: Takeover, look: Look): string {
  const key = quoteIdentifier(takeover.columns[0] ?? '');
  return `${all(takeover, look)} WHERE NOT EXISTS
    (SELECT FROM ONLY ${qualified(look.schema, takeover.into)} n WHERE n.${key}::text = o.${key}::text)`;
}

function unfilled(takeover: Takeover, place: Takeover['fills'][number], look: Look): string {
  const pairs = pairsOf(takeover.columns, place.columns);
  const [[oldKey, key] = ['', '']] = pairs;
  return `${all(takeover, look)} JOIN ONLY ${qualified(look.schema, place.table)} n ON n.${key}::text = o.${oldKey}::text
    WHERE ${isUnfilled(pairs.slice(1))}`;
}

type Pairs = readonly (readonly [old: string, place: string])[];

/** Columns of the older table with those of a place, quoted. */
const pairsOf = (old: readonly string[], place: readonly string[]): Pairs =>
  old.map((column, i) => [quoteIdentifier(column), quoteIdentifier(place[i] ?? column)]);

/** A row `n` has none of the values that its row `o` has. */
const isUnfilled = (values: Pairs): string =>
  `${values.map(([, place]) => `n.${place} IS NULL`).join(' AND ')} AND (${values.map(([old]) => `o.${old} IS NOT NULL`).join(' OR ')})`;

/** Rows in one batch: some megabytes of log, a fraction of a second. */
const batch = 10_000;

/** The SQLSTATE of a copy that does not arrive. It begins as none of the server's own does. */
export const notArrived = 'DBOS1';

/**
 * Copies in batches along the older table's key, each of which is compared with what it was made from: a trigger can keep
 * a row out, or alter it, and one that was to wait for the end of the transaction does not. What others have written to a row meanwhile is theirs. Committed one by one, the batches can
 * be ended and begun again; COMMIT in a DO block works outside a transaction only.
 * A column may have any name, so that variables are called by their block and columns by their table. Rows of tables that
 * inherit from ours are somebody else's, and stay out by ONLY.
 * https://www.postgresql.org/docs/current/plpgsql-transactions.html
 * https://www.postgresql.org/docs/current/plpgsql-implementation.html#PLPGSQL-VAR-SUBST
 */
function copyRows(o: BacklogObject, isAtOnce: boolean): Draft {
  const old = `ONLY ${qualified(o.schema, o.table)} o`;
  const key = `o.${quoteIdentifier(o.columns[0] ?? '')}`;
  const body = `
<<work>>
DECLARE
  first text := (SELECT min(${key}) FROM ${old});
  last text;
  written text[];
  lost text;
BEGIN
  WHILE work.first IS NOT NULL LOOP
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT max(b.k) INTO work.last
      FROM (SELECT ${key} AS k FROM ${old} WHERE ${key} >= work.first ORDER BY ${key} LIMIT ${batch}) b;
${insertBatch(o)}
${o.fills.map((place) => fillBatch(o, place)).join('\n')}${isAtOnce ? '' : '\n    COMMIT;'}
    work.first := (SELECT min(${key}) FROM ${old} WHERE ${key} > work.last);
  END LOOP;
END
`;
  return { sql: `DO ${dollarQuote(body)}`, ...costOf(o), ...(isAtOnce ? {} : { commits: 'no transaction' }) };
}

function insertBatch(o: BacklogObject): string {
  const { from, to } = { from: qualified(o.schema, o.table), to: qualified(o.schema, o.into) };
  const pairs = pairsOf(o.columns, o.columns);
  const [[key] = ['']] = pairs;
  const isInBatch = `o.${key} BETWEEN work.first AND work.last`;
  return `    WITH w AS (
      INSERT INTO ${to} AS n ${columnList(o.columns)}
        SELECT ${pairs.map(([column]) => `o.${column}`).join(', ')} FROM ONLY ${from} o WHERE ${isInBatch}
        ON CONFLICT DO NOTHING RETURNING n.${key} AS k
    ) SELECT array_agg(w.k) INTO work.written FROM w;
    SELECT min(o.${key}) INTO work.lost FROM ONLY ${from} o LEFT JOIN ONLY ${to} n ON n.${key} = o.${key}
      WHERE ${isInBatch} AND (n.${key} IS NULL OR ${isAltered(pairs)});
${raiseLost(o, o.into)}`;
}

function fillBatch(o: BacklogObject, place: BacklogObject['fills'][number]): string {
  const { from, to } = { from: qualified(o.schema, o.table), to: qualified(o.schema, place.table) };
  const pairs = pairsOf(o.columns, place.columns);
  const [[oldKey, key] = ['', ''], ...values] = pairs;
  const isSame = `n.${key} = o.${oldKey} AND o.${oldKey} BETWEEN work.first AND work.last`;
  return `    WITH w AS (
      UPDATE ONLY ${to} n SET ${values.map(([old, value]) => `${value} = o.${old}`).join(', ')}
        FROM ONLY ${from} o WHERE ${isSame} AND ${isUnfilled(values)} RETURNING n.${key} AS k
    ) SELECT array_agg(w.k) INTO work.written FROM w;
    SELECT min(o.${oldKey}) INTO work.lost FROM ONLY ${from} o JOIN ONLY ${to} n ON ${isSame}
      WHERE (${isUnfilled(values)}) OR ${isAltered(pairs)};
${raiseLost(o, place.table)}`;
}

const isAltered = ([[key] = ['', ''], ...values]: Pairs): string =>
  `((${values.map(([old, value]) => `n.${value} IS DISTINCT FROM o.${old}`).join(' OR ')}) AND o.${key} = ANY (work.written))`;

const raiseLost = ({ schema, table }: BacklogObject, into: string): string => {
  const [from, to] = [relationName(schema, table), relationName(schema, into)];
  return `    IF work.lost IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = ${quoteLiteral(notArrived)},
        MESSAGE = concat(${quoteLiteral(`a row of ${from} does not arrive in ${to} as it is: `)}, work.lost),
        DETAIL = (SELECT concat('triggers and rules on the table: ', coalesce(string_agg(quote_ident(t.name), ', ' ORDER BY t.name), 'none'))
          FROM (SELECT tgrelid AS rel, tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'
            UNION ALL SELECT ev_class, rulename FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_enabled <> 'D') t
          WHERE t.rel = ${quoteLiteral(qualified(schema, into))}::regclass);
    END IF;`;
};

/** All rows in statements that copy all of them or, killed, none. */
export const copyAtOnce = (o: BacklogObject): readonly Draft[] => {
  const names = o.columns.map(quoteIdentifier).join(', ');
  const from = qualified(o.schema, o.table);
  const copy = `INSERT INTO ${qualified(o.schema, o.into)} ${columnList(o.columns)} SELECT ${names} FROM ONLY ${from} ON CONFLICT DO NOTHING`;
  const fills = o.fills.map((place) => {
    const [[oldKey, key] = ['', ''], ...values] = pairsOf(o.columns, place.columns);
    return `UPDATE ONLY ${qualified(o.schema, place.table)} n SET ${values.map(([old, value]) => `${value} = o.${old}`).join(', ')} FROM ONLY ${from} o WHERE n.${key} = o.${oldKey} AND ${isUnfilled(values)}`;
  });
  return [copy, ...fills].map((sql) => ({ sql, ...costOf(o) }));
};

/** Each batch is joined with the places that it goes to, and the server may look through these for it. */
const costOf = ({ schema, table, into, fills }: BacklogObject): Pick<Draft, 'locks' | 'scans'> => {
  const places = [into, ...fills.map((place) => place.table)].map((name) => relationName(schema, name));
  return {
    locks: places.map((relation) => ({ relation, mode: 'ROW EXCLUSIVE' })),
    scans: [relationName(schema, table), ...places],
  };
};

/**
 * A schema that calls itself complete is not asked for a backlog once the newer table is there: what was not copied by
 * then never would be.
 */
const isSaidToBeComplete = ({ live, target }: RenderContext): boolean =>
  [...target.values()].every((o) => o.kind !== 'version' || isDeepStrictEqual(live.get(idFor(o)), o));
