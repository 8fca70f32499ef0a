import type { Segment } from '../model/plan.ts';
import { segmentLines } from './plan-sql.ts';

/** SQL that was written without a look at a database, and how it runs. */
export interface CreationView {
  readonly session: readonly string[];
  readonly begin: readonly string[];
  readonly segments: readonly Segment[];
}

/** The statements, one a line or more, each ended by a semicolon. Nothing of it is for one shell alone. */
export const creationSql = ({ session, begin, segments }: CreationView): string =>
  [...session.map((text) => `${text};`), ...segments.flatMap((segment) => segmentLines(segment, begin))]
    .map((line) => `${line}\n`)
    .join('');
