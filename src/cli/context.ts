import type { BaseContext } from 'clipanion';

/** What a command line is run in: nothing else of the process is looked at. */
export type Context = BaseContext & {
  /** Absolute: relative paths count from it. */
  readonly cwd: string;
  /** Aborted with an `Interrupted` when the operator ends the run. */
  readonly signal?: AbortSignal | undefined;
  /** Leaves signals to what the command starts: from there on none ends this program of itself. */
  readonly passSignalsOn?: (() => void) | undefined;
};
