import type { DialectName } from '../model/dialect.ts';
import { type Facts, isSmall, type RelationFacts } from '../model/facts.ts';
import type { HazardTraits } from '../model/hazard.ts';
import type { Lock, Segment, Statement } from '../model/plan.ts';

export type Stops = Exclude<HazardTraits['stops'], 'nobody' | 'older runtimes'>;

/** A relation, with its size where that is known. */
export interface Sized {
  readonly relation: string;
  readonly facts: RelationFacts | null;
}

/** Who waits for a relation, and how long. */
export interface Wait {
  readonly relation: string;
  readonly stops: Stops;
  /** While rows are looked through or written; until the transaction ends, for its other statements; or for a moment. */
  readonly lasts: 'the work' | 'the transaction' | 'a moment';
}

/** What some statements of one segment cost, and whom they stop. What the plan itself creates costs nothing. */
export interface Cost {
  readonly rewrites: readonly Sized[];
  readonly scans: readonly Sized[];
  /** Relations of which rows are written without all of them being looked through. */
  readonly writes: readonly string[];
  /** In the order in which they are taken. */
  readonly locks: readonly Lock[];
  readonly waits: readonly Wait[];
}

/** What costs are judged by. */
export interface Circumstances {
  readonly dialect: DialectName;
  readonly facts: Facts;
  /** Relations that are not told of: those that the plan creates, and indexes, since their table says all. */
  readonly without: ReadonlySet<string>;
  /** The relation that stands for the database as a whole, with an engine that has one lock for all; null elsewhere. */
  readonly whole: string | null;
}

/**
 * Whom a lock keeps waiting. What is not here is taken for the strongest.
 * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES, https://www.sqlite.org/lockingv3.html
 */
const stopsByMode: { readonly [D in DialectName]: Readonly<Record<string, Stops | null>> } = {
  postgres: {
    'ACCESS EXCLUSIVE': 'readers and writers',
    EXCLUSIVE: 'writers',
    'SHARE ROW EXCLUSIVE': 'writers',
    SHARE: 'writers',
    'SHARE UPDATE EXCLUSIVE': null,
    'ROW EXCLUSIVE': null,
    'ROW SHARE': null,
  },
  sqlite: { EXCLUSIVE: 'readers and writers', RESERVED: 'writers', SHARED: null },
};

type Waiting = Map<string, Stops>;

/** Keeps the stronger of two. */
function add(waiting: Waiting, relation: string, stops: Stops): void {
  if (waiting.get(relation) !== 'readers and writers') waiting.set(relation, stops);
}

/** Whom the locks of a statement keep waiting, by relation. */
export function stopsOf(
  { locks }: Statement,
  { dialect, without }: Circumstances,
): readonly (readonly [string, Stops])[] {
  return locks.flatMap(({ relation, mode }) => {
    const known = stopsByMode[dialect][mode];
    const stops = known === undefined ? 'readers and writers' : known;
    return stops === null || without.has(relation) ? [] : [[relation, stops] as const];
  });
}

const isSlow = ({ scans, rewrites }: Statement, by: Circumstances): boolean =>
  sizesOf([...scans, ...rewrites], by).some(isLarge);

/** What nobody has measured counts as nothing. */
export const isLarge = ({ facts }: Sized): boolean => facts !== null && !isSmall(facts);

/**
 * Tells what statements of a segment cost, by their places in it, from 0. A lock is held to the end of its transaction:
 * who waits for it also waits for the statements behind it.
 */
export function costsIn({ statements }: Segment, by: Circumstances): (places: readonly number[]) => Cost {
  const during = heldDuring(statements, by);
  const lastSlow = Math.max(-1, ...during.keys());
  return (places) => {
    const own = places.map((place) => statements[place]!);
    const rewrites = sizesOf(
      own.flatMap((statement) => statement.rewrites),
      by,
    );
    const scans = sizesOf(
      own.flatMap((statement) => statement.scans),
      by,
      new Set(rewrites.map((r) => r.relation)),
    );
    const worked = new Set([...rewrites, ...scans].map(({ relation }) => relation));
    const locks = own.flatMap((statement) => statement.locks).filter(({ relation }) => !by.without.has(relation));
    const written = locks.filter(({ relation, mode }) => mode === 'ROW EXCLUSIVE' && !worked.has(relation));
    return {
      rewrites,
      scans,
      writes: [...new Set(written.map(({ relation }) => relation))],
      locks,
      waits: waitsAt(
        places.map((place) => ({
          during: during.get(place) ?? new Map<string, Stops>(),
          stops: stopsOf(statements[place]!, by),
          lasts: place < lastSlow ? 'the transaction' : 'a moment',
        })),
      ),
    };
  };
}

/** Relations with their sizes, each once, without those that are not told of and the database as a whole. */
export const sizesOf = (
  relations: readonly string[],
  { facts, without, whole }: Circumstances,
  told: ReadonlySet<string> = new Set(),
): readonly Sized[] =>
  [...new Set(relations)]
    .filter((relation) => relation !== whole && !without.has(relation) && !told.has(relation))
    .map((relation) => ({ relation, facts: facts.get(relation) ?? null }));

/** All that is locked while a slow statement works, by the place of that. */
function heldDuring(statements: readonly Statement[], by: Circumstances): ReadonlyMap<number, Waiting> {
  const held: Waiting = new Map();
  const during = new Map<number, Waiting>();
  for (const [place, statement] of statements.entries()) {
    for (const [relation, stops] of stopsOf(statement, by)) add(held, relation, stops);
    if (isSlow(statement, by)) during.set(place, new Map(held));
  }
  return during;
}

interface Moment {
  readonly during: Waiting;
  readonly stops: readonly (readonly [string, Stops])[];
  readonly lasts: Wait['lasts'];
}

/** A lock is told of once, unless a stronger one follows on the same relation. */
function waitsAt(moments: readonly Moment[]): readonly Wait[] {
  const known: Waiting = new Map();
  for (const { during } of moments) for (const [relation, stops] of during) add(known, relation, stops);
  const waits: Wait[] = [...known].map(([relation, stops]) => ({ relation, stops, lasts: 'the work' }));
  for (const { stops: all, lasts } of moments) {
    for (const [relation, stops] of all) {
      const before = known.get(relation);
      add(known, relation, stops);
      if (known.get(relation) !== before) waits.push({ relation, stops, lasts });
    }
  }
  return waits;
}
