import type { CliOptions } from '../cli.ts';
import type { Files } from '../temporary-directory.ts';

/** A command line that fails, in the circumstances that make it fail. */
export interface Given {
  readonly args: readonly string[];
  readonly options?: CliOptions;
  /** Whether it runs as the built program, for what runs other programs. */
  readonly isProgram?: boolean;
  /** Whether somebody else than root and the owner of the files runs it. */
  readonly isStranger?: boolean;
  /** Puts away what holds the circumstances. */
  readonly after?: () => unknown;
}

/** What a case can make its circumstances of. */
export interface Place {
  /** A directory of its own, with these files in it. */
  readonly directory: (files?: Files) => string;
}

/** Cases by the message that stands in the table of the page. */
export type Cases<P extends Place> = Readonly<Record<string, (place: P) => Given | Promise<Given>>>;
