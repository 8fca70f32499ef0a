import type { Segment, Statement } from '../model/plan.ts';

/**
 * Cuts statements where transactions begin and end. Neighbours that commit with others and run in one place are one
 * segment; every other statement is one by itself, so that one which has to be tried again is tried alone.
 */
export function segmentsOf(statements: readonly Statement[]): readonly Segment[] {
  const segments: Statement[][] = [];
  for (const statement of statements) {
    const last = segments.at(-1);
    if (last !== undefined && joins(last[0], statement)) last.push(statement);
    else segments.push([statement]);
  }
  return segments.map((own) => ({ transaction: own[0]?.commits !== 'no transaction', statements: own }));
}

const joins = (first: Statement | undefined, next: Statement): boolean =>
  first?.commits === 'with others' && next.commits === 'with others' && first.on === next.on;
