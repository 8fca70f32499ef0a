/** Prints lines of cells under each other, a blank line before them; the columns that `isRight` names end at the right. */
export function printTable(lines, isRight) {
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  console.log('');
  for (const line of lines) {
    const cells = line.map((cell, i) => (isRight(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
    console.log(cells.join('  ').trimEnd());
  }
}
