/** Whom a hazard stops, or what it takes away. */
export interface HazardTraits {
  /** One sentence for a reader who has never heard of it. */
  readonly meaning: string;
  readonly stops: 'nobody' | 'writers' | 'readers and writers' | 'older runtimes';
  /** Whether the plan may not run until an operator has allowed it by name. */
  readonly needsConsent: boolean;
}

/**
 * All that can make a reader think before a statement runs. The list is closed: a statement that is dangerous in a way
 * that is not here needs a new line here first.
 */
export const hazards = {
  'data-loss': {
    meaning: 'Rows, columns or values are gone afterwards, and no second run brings them back.',
    stops: 'nobody',
    needsConsent: true,
  },
  'table-rewrite': {
    meaning: 'The table is written anew as a whole, while nobody can read it or write to it.',
    stops: 'readers and writers',
    needsConsent: true,
  },
  'blocks-writes': {
    meaning:
      'Whoever inserts, updates or deletes rows of the table waits until the statement has looked at all of them.',
    stops: 'writers',
    needsConsent: true,
  },
  'blocks-reads': {
    meaning: 'Whoever reads the table waits until the statement has looked at all of its rows.',
    stops: 'readers and writers',
    needsConsent: true,
  },
  'may-fail': {
    meaning:
      'The rows that are there may not meet what the statement asks of them; then it is refused and nothing is changed.',
    stops: 'nobody',
    needsConsent: false,
  },
  'breaks-older-runtime': {
    meaning: 'A runtime of an earlier release that still works on this schema fails from then on.',
    stops: 'older runtimes',
    needsConsent: true,
  },
} as const satisfies Readonly<Record<string, HazardTraits>>;

export type HazardName = keyof typeof hazards;

/** The names of all hazards, in the order in which they are listed. */
export const hazardNames = Object.keys(hazards) as readonly HazardName[];

/** A hazard of one statement. */
export interface Hazard {
  readonly name: HazardName;
  /** What it is here, with the relations that it is about. */
  readonly why: string;
  /** The safer way, in words or as a statement; null where there is none. */
  readonly instead: string | null;
}
