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

/** All exit codes, those of a shell for a signal among them, in the words of the man page; README says what to do. */
export const exitStatuses: readonly (readonly [codes: string, meaning: string])[] = [
  [String(exitCodes.done), 'done, or nothing to do; also a plan with something to do, and a question answered with no'],
  [String(exitCodes.error), 'an error'],
  [
    String(exitCodes.drift),
    '`--check` only: something differs, or can break the runtime, or the schema is newer than this tool',
  ],
  [String(exitCodes.refused), 'refused: a consent was not given'],
  ['129, 130, 143', 'ended by SIGHUP, SIGINT or SIGTERM; run it again: it finishes the work'],
  ['137', 'all was done and said, but a file system does not answer'],
];

export const exitCodeOf = (error: unknown): number =>
  error instanceof RefusedError ? exitCodes.refused : exitCodes.error;
