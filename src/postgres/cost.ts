import { type Facts, isSmall, sumOf } from '../model/facts.ts';
import type { Hazard } from '../model/hazard.ts';
import type { ObjectId } from '../model/objects.ts';
import type { Lock, Statement } from '../model/plan.ts';
import type { Draft } from './kinds/draft.ts';

/** A statement as a kind's file wrote it, with the changes that it makes. */
export interface Step {
  readonly draft: Draft;
  readonly objects: readonly ObjectId[];
}

/**
 * Statements with what follows from sizes and from the locks that the statements before them hold.
 * @param created relations that the same plan makes: nobody can wait for them, and nothing is in them
 */
export function withCosts(steps: readonly Step[], facts: Facts, created: ReadonlySet<string>): readonly Statement[] {
  let held: readonly Lock[] = [];
  let last: Statement | null = null;
  return steps.map(({ draft, objects }) => {
    const statement = announced(draft, objects, facts, created);
    const before = last !== null && isOneTransaction(last, statement) ? held : [];
    held = [...before, ...statement.locks];
    last = statement;
    return { ...statement, hazards: [...statement.hazards, ...hazardsOf({ statement, before, facts }, draft)] };
  });
}

const isOneTransaction = (a: Statement, b: Statement): boolean =>
  a.commits === 'with others' && b.commits === 'with others' && a.on === b.on;

function announced(draft: Draft, objects: readonly ObjectId[], facts: Facts, created: ReadonlySet<string>): Statement {
  const isThere = (relation: string): boolean => !created.has(relation);
  const { sql, commits = 'with others', on = 'database', hazards = [] } = draft;
  const locks = (draft.locks ?? []).filter(({ relation }) => isThere(relation));
  const scans = (draft.scans ?? []).filter(isThere);
  const rewrites = (draft.rewrites ?? []).filter(isThere);
  return { sql, objects, commits, on, locks, scans, rewrites, ...sumOf(facts, [...scans, ...rewrites]), hazards };
}

interface Situation {
  readonly statement: Statement;
  /** Locks that statements before it hold until its transaction ends. */
  readonly before: readonly Lock[];
  readonly facts: Facts;
}

/** Modes that keep others from writing, and those that keep them from reading too. */
const stopsWriters: ReadonlySet<string> = new Set(['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE']);
const stopsReaders: ReadonlySet<string> = new Set(['ACCESS EXCLUSIVE']);

/** Working through something large is a hazard where it is written anew, and where others wait for it meanwhile. */
function hazardsOf({ statement, before, facts }: Situation, draft: Draft): readonly Hazard[] {
  const instead = draft.instead ?? null;
  const isLarge = (relation: string): boolean => !isSmall(facts.get(relation) ?? { rows: 0, bytes: 0 });
  const rewritten = statement.rewrites.filter(isLarge);
  const scanned = statement.scans.filter((relation) => isLarge(relation) && !rewritten.includes(relation));
  const large = [...rewritten, ...scanned];
  if (large.length === 0) return [];
  const work = workInWords(scanned, rewritten, facts);
  const waitedFor = (modes: ReadonlySet<string>, locks: readonly Lock[]): readonly string[] => [
    ...new Set(
      locks
        .filter(({ relation, mode }) => modes.has(mode) && isFilled(facts, relation))
        .map(({ relation }) => relation),
    ),
  ];
  const blocking = (name: 'blocks-writes' | 'blocks-reads', modes: ReadonlySet<string>): readonly Hazard[] => {
    const all = [...before, ...statement.locks];
    // A rewrite is a hazard of its own, which says so.
    const relations = waitedFor(modes, all).filter((relation) => !rewritten.includes(relation));
    if (relations.length === 0) return [];
    const isUnread = relations.every((relation) => waitedFor(stopsReaders, all).includes(relation));
    const isItsOwn = waitedFor(modes, statement.locks).length > 0;
    return [
      {
        name,
        why: `${work} while nobody can ${isUnread ? 'read' : 'write to'} ${theseInWords(relations, large)}${isUnread ? ` or write to ${relations.length === 1 ? 'it' : 'them'}` : ''}`,
        instead: isItsOwn ? instead : 'the same statement in a transaction of its own',
      },
    ];
  };
  return [
    ...(rewritten.length === 0
      ? []
      : [{ name: 'table-rewrite', why: `writes ${listed(rewritten, facts)} anew`, instead } as const]),
    ...blocking('blocks-writes', stopsWriters),
    ...blocking('blocks-reads', stopsReaders),
  ];
}

const isFilled = (facts: Facts, relation: string): boolean => (facts.get(relation)?.rows ?? 0) > 0;

const workInWords = (scanned: readonly string[], rewritten: readonly string[], facts: Facts): string =>
  [
    ...(scanned.length === 0 ? [] : [`looks through ${listed(scanned, facts)}`]),
    ...(rewritten.length === 0 ? [] : [`writes ${listed(rewritten, facts)} anew`]),
  ].join(' and ');

/** What nobody can use, by name where that has not just been said. */
const theseInWords = (relations: readonly string[], said: readonly string[]): string =>
  relations.length === 1 && said.length === 1 && relations[0] === said[0] ? 'it' : relations.join(' and ');

const listed = (relations: readonly string[], facts: Facts): string =>
  relations
    .map((relation) => {
      const { rows, bytes } = sumOf(facts, [relation]);
      return `${relation} (about ${rowsInWords(rows)} rows, ${bytesInWords(bytes)})`;
    })
    .join(' and ');

/** An estimate has no more than two digits worth reading: `1,200,000`. */
const rowsInWords = (rows: number): string => Number(rows.toPrecision(2)).toLocaleString('en-US');

/** `830 MB`, `1.2 GB` */
function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [bytes, 0];
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 || size >= 10 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}
