import type { Connection } from '../../../src/model/dialect.ts';
import type { Facts } from '../../../src/model/facts.ts';
import type { Statement } from '../../../src/model/plan.ts';

/** What a statement takes, looks through and writes anew, on relations that were there before. */
export interface Footprint {
  /** The strongest mode by relation, all but ACCESS SHARE. */
  readonly locks: Readonly<Record<string, string>>;
  readonly scans: readonly string[];
  readonly rewrites: readonly string[];
}

/** https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES, the weakest first. */
const modes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];

/** Tables and views with the files that they are in. Indexes, sequences and what the server keeps aside go with them. */
const relations = `SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relfilenode AS file FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`;

const reads = `SELECT relid AS oid, seq_scan::int AS scans, seq_tup_read::int + idx_tup_fetch::int AS rows
  FROM pg_stat_xact_user_tables`;

const held = `SELECT relation AS oid, regexp_replace(regexp_replace(mode, 'Lock$', ''), '(?<!^)([A-Z])', ' \\1', 'g') AS mode
  FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted`;

interface Relation {
  readonly oid: number;
  readonly name: string;
  readonly file: number;
}
interface Reads {
  readonly oid: number;
  readonly scans: number;
  readonly rows: number;
}
interface Held {
  readonly oid: number;
  readonly mode: string;
}

/**
 * Runs a statement in a transaction of its own, and reads there what it has done. Committed, since the next one may
 * need it.
 * @throws what the server says, with the statement in front
 */
export async function trace(connection: Connection, sql: string): Promise<Footprint> {
  const ask = async <R>(query: string): Promise<readonly R[]> => (await connection.query(query)) as readonly R[];
  await connection.query('BEGIN');
  try {
    const before = await ask<Relation>(relations);
    const readBefore = new Map((await ask<Reads>(reads)).map((row) => [row.oid, row]));
    await connection.query(sql);
    const locks = await ask<Held>(held);
    const after = new Map((await ask<Relation>(relations)).map((row) => [row.oid, row]));
    const readAfter = await ask<Reads>(reads);
    await connection.query('COMMIT');
    const names = new Map(before.map(({ oid, name }) => [oid, name]));
    const known = (oid: number): readonly string[] => (names.has(oid) ? [names.get(oid)!] : []);
    const scanned = readAfter.filter(({ oid, scans, rows }) => {
      const was = readBefore.get(oid) ?? { scans: 0, rows: 0 };
      return scans > was.scans || rows - was.rows > 1;
    });
    return {
      locks: strongest(locks.flatMap(({ oid, mode }) => known(oid).map((relation) => ({ relation, mode })))),
      scans: scanned.flatMap(({ oid }) => known(oid)).toSorted(),
      rewrites: before
        .filter(({ oid, file }) => after.has(oid) && after.get(oid)?.file !== file)
        .map(({ name }) => name)
        .toSorted(),
    };
  } catch (error) {
    await connection.query('ROLLBACK');
    throw new Error(`${sql}: ${String(error)}`, { cause: error });
  }
}

function strongest(locks: readonly { readonly relation: string; readonly mode: string }[]): Footprint['locks'] {
  const found = new Map<string, string>();
  for (const { relation, mode } of locks) {
    const text = mode.toUpperCase();
    if (text !== 'ACCESS SHARE' && modes.indexOf(text) > modes.indexOf(found.get(relation) ?? '')) {
      found.set(relation, text);
    }
  }
  return byName([...found]);
}

const byName = (entries: readonly (readonly [relation: string, mode: string])[]): Footprint['locks'] =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What a statement says beforehand of itself. */
export const announced = ({ locks, scans, rewrites }: Statement): Footprint => ({
  locks: byName(locks.map(({ relation, mode }) => [relation, mode])),
  scans: [...scans].toSorted(),
  rewrites: [...rewrites].toSorted(),
});

/** The trace without the relations that the same plan has made: of these nothing is announced. */
export const leaving = (made: ReadonlySet<string>, { locks, scans, rewrites }: Footprint): Footprint => ({
  locks: Object.fromEntries(Object.entries(locks).filter(([relation]) => !made.has(relation))),
  scans: scans.filter((relation) => !made.has(relation)),
  rewrites: rewrites.filter((relation) => !made.has(relation)),
});

/**
 * In how far a trace is not what was announced; empty where it is. Where a table has no rows, the server may leave it
 * at that, and not look into another one.
 */
export function discrepancies(statement: Statement, traced: Footprint, facts: Facts): readonly string[] {
  const said = announced(statement);
  const isFilled = said.scans.every((relation) => (facts.get(relation)?.rows ?? 0) > 0);
  const scans = isFilled ? said.scans : said.scans.filter((relation) => traced.scans.includes(relation));
  const [expected, found] = [JSON.stringify({ ...said, scans }), JSON.stringify(traced)];
  return expected === found ? [] : [`${statement.sql}\n  announced ${expected}\n  traced    ${found}`];
}

/** A statement without what is particular to it: names, constants, bodies and types with their defaults. */
export const formOf = (sql: string): string =>
  sql
    .replaceAll(/\$(\w+)\$[^]*?\$\1\$/g, '…')
    .replaceAll(/'(?:[^']|'')*'/g, "'…'")
    .replaceAll(/"(?:[^"]|"")*"/g, '"…"')
    .replaceAll(/"…"(?:\."…")+/g, '"…"')
    .replace(/(TABLE "…") \([^]*$/, '$1 (…)')
    .replace(/(FUNCTION "…")\([^]*$/, '$1(…)')
    .replace(/(TYPE) .*?( USING )"…"::.*$/, '$1 …$2…')
    .replace(/(ADD COLUMN "…") \w+(?: \w+)*?(?:\([\d,]+\))?(?= DEFAULT| NOT NULL| COLLATE|$)/, '$1 …')
    .replace(/(DEFAULT) (?!PRIVILEGES).*?(?= NOT NULL$| WHERE |$)/, '$1 …')
    .replace(/(USING \w+) \(.*$/, '$1 (…)')
    .replaceAll(/\("…"(?:, "…")*\)/g, '("…")')
    .replace(/VALUES .* ON CONFLICT/, 'VALUES … ON CONFLICT')
    .replace(/(TRIGGER "…") .* (ON "…").*$/, '$1 … $2 …');
