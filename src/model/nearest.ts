/** The known word that was most likely meant, if any is near enough. A word of one or two letters is near to none. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = word.length < 3 ? 0 : Math.max(2, Math.floor(word.length / 3));
  const ranked = known
    .filter((candidate) => candidate.startsWith(word) || Math.abs(candidate.length - word.length) <= limit)
    .map((candidate) => ({ candidate, distance: candidate.startsWith(word) ? 1 : distance(word, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= limit ? best.candidate : undefined;
}

/** Letters to insert, delete, replace or exchange with their neighbour until one word is the other. */
export function distance(a: string, b: string): number {
  let rows: readonly (readonly number[])[] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    const at = (up: number, j: number): number => (up === 0 ? row : rows.at(-up))?.[j] ?? Infinity;
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(2, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, exchanged, at(1, j) + 1, at(0, j - 1) + 1));
    }
    rows = [...rows.slice(-1), row];
  }
  return rows.at(-1)?.[b.length] ?? 0;
}
