import { RefusedError } from '../model/errors.ts';

/** The exit codes of every command; the same page stands in README. */
export const exitCodes = {
  /** Done, or nothing to do. */
  done: 0,
  /** An error; what was changed before it was said. */
  error: 1,
  /** `--check` found differences. */
  drift: 2,
  /** It needs a consent that was not given. */
  refused: 3,
} as const;

export const exitCodeOf = (error: unknown): number =>
  error instanceof RefusedError ? exitCodes.refused : exitCodes.error;
