import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { scratch } from './scratch.ts';

/** Files to make, by relative path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/**
 * Gives a function that makes a directory with files in it and returns its path.
 * Called at the top of a test file: all its directories are removed when its last test is done.
 */
export function temporaryDirectories(): (files?: Files) => string {
  const made: string[] = [];
  afterAll(() => {
    for (const directory of made) rmSync(directory, { recursive: true, force: true });
  });
  return (files = {}) => {
    const directory = realpathSync(mkdtempSync(join(scratch, 'dbos-test-')));
    made.push(directory);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), content);
    }
    return directory;
  };
}
