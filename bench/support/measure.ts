/** Does something once, and tells what it took: milliseconds, or how many of something. */
export type Contender = () => Promise<number>;

/** What a contender took, round by round. */
export type Series = readonly number[];

/** One line of the table. */
export interface Comparison {
  readonly what: string;
  readonly a: string;
  readonly b: string;
  /** The median of B ÷ A, the lowest and the highest. */
  readonly ratio: readonly [string, string, string];
}

/** What the command line asks for. */
export interface Options {
  /** How many rows a big table has. */
  readonly rows?: number;
}

/** Milliseconds that something takes by the clock. */
export async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

/**
 * Lets all contenders do their work in turn, A B C A B C …, so that whatever else the machine does meanwhile befalls all
 * of them. A round before the first fills caches, and is not counted.
 */
export async function interleave<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, Contender>>,
): Promise<Readonly<Record<Name, Series>>> {
  const entries = Object.entries<Contender>(contenders);
  const found: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, contender] of entries) {
      const taken = await contender();
      if (round > 0) found[name]?.push(taken);
    }
  }
  return found as Record<Name, number[]>;
}

/** The two sides of a comparison, named, with what they took in the same rounds. */
export type Side = readonly [label: string, series: Series];

/** Compares by the ratio within each round, which is steadier than the ratio of two medians. */
export function compare(what: string, a: Side, b: Side, unit = ' ms'): Comparison {
  const ratios = b[1].map((taken, round) => taken / (a[1][round] ?? Number.NaN));
  const text = ([label, series]: Side): string => `${label}: ${digits(median(series))}${unit}`;
  return {
    what,
    a: text(a),
    b: text(b),
    ratio: [digits(median(ratios)), digits(Math.min(...ratios)), digits(Math.max(...ratios))],
  };
}

function median(series: Series): number {
  const sorted = series.toSorted((x, y) => x - y);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

const digits = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toString());
