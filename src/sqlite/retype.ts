import type { Catalog } from '../model/catalog.ts';
import type { Alter } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import type { Hazard } from '../model/hazard.ts';
import { idFor } from '../model/kinds.ts';
import type { ColumnObject } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { losesData } from './kinds/draft.ts';
import { typeByAffinity } from './type.ts';

type Retyping = Pick<Alter<ColumnObject>, 'from' | 'to'>;

/** Types of columns in which no text that reads as a number stays one. https://www.sqlite.org/datatype3.html#type_affinity */
const numeric = new Set(['INTEGER', 'NUMERIC', 'BOOLEAN', 'REAL']);

/**
 * Whether a change of type can make other values of those that are there: numbers become texts, texts that read as numbers
 * become numbers, and whole ones become real. A column without a type takes all as it is. Declared content is written
 * again anyway.
 */
export function mayLose({ from, to }: Retyping, target: Catalog): boolean {
  const [before, after] = [typeByAffinity(from.type), typeByAffinity(to.type)];
  if (before === after || after === 'BLOB' || from.generated !== null || isContent(to, target)) return false;
  return !numeric.has(before) || after === 'TEXT' || after === 'REAL';
}

const isContent = ({ table, name }: ColumnObject, target: Catalog): boolean =>
  [...target.values()].some((o) => o.kind === 'version' && o.table === table && o.column === name);

/**
 * A condition on the rows whose value would be another one after a way there and back: a real number that its text is not
 * read as, `007` as a number, a whole number that no real one is equal to.
 */
export function lossOf({ from, to }: Retyping): string {
  const value = quoteIdentifier(from.name);
  const after = typeByAffinity(to.type);
  if (after === 'TEXT') return `typeof(${value}) = 'real' AND CAST(CAST(${value} AS TEXT) AS REAL) <> ${value}`;
  const type = after === 'REAL' ? 'REAL' : 'NUMERIC';
  // A text is compared as the number that it would be stored as, if it reads as one.
  const text = `typeof(${value}) = 'text' AND CAST(${value} AS NUMERIC) = ${value}
  AND CAST(CAST(${value} AS ${type}) AS TEXT) IS NOT ${value} COLLATE BINARY`;
  return after === 'REAL'
    ? `(${text} OR typeof(${value}) = 'integer' AND CAST(CAST(${value} AS REAL) AS INTEGER) <> ${value})`
    : text;
}

/** That values of the column may not be the same afterwards, unless a look at them has shown that they are. */
export function lossHazards(change: Retyping, context: RenderContext): readonly Hazard[] {
  const { from, to } = change;
  if (!mayLose(change, context.target) || context.lossless?.has(idFor(to)) === true) return [];
  const why = `values of ${to.table}.${to.name} may not be the same as ${to.type} that they are as ${from.type || 'no type'}`;
  const query = `SELECT ${quoteIdentifier(from.name)} FROM ${quoteIdentifier(to.table)} WHERE ${lossOf(change)}`;
  return losesData(context, to.table, why).map((hazard) => ({
    ...hazard,
    instead: `find these values first: ${query}`,
  }));
}
