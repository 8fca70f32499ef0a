/** What an engine estimates of a table or an index. */
export interface RelationFacts {
  /** Rows, as the engine estimates them without counting; 0 only where it is known that there are none. */
  readonly rows: number;
  /** Bytes on the disk. */
  readonly bytes: number;
}

/** Facts by relation, written `schema.name` without quotes. */
export type Facts = ReadonlyMap<string, RelationFacts>;

/** From this size on, looking through a table takes so long that whoever waits for it notices. */
const large = { rows: 1_000, bytes: 1024 * 1024 };

/** Whether a table can be looked through or written anew while others wait, and nobody notices. */
export const isSmall = ({ rows, bytes }: RelationFacts): boolean => rows < large.rows && bytes < large.bytes;

/** How a relation is written in facts, locks, scans and rewrites. */
export const relationName = (schema: string, name: string): string => `${schema}.${name}`;

const nothing: RelationFacts = { rows: 0, bytes: 0 };

/** The facts of several relations together, each counted once. What is not known counts as nothing. */
export function sumOf(facts: Facts, relations: Iterable<string>): RelationFacts {
  let { rows, bytes } = nothing;
  for (const relation of new Set(relations)) {
    rows += facts.get(relation)?.rows ?? 0;
    bytes += facts.get(relation)?.bytes ?? 0;
  }
  return { rows, bytes };
}
