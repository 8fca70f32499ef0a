import { expect, test } from '@jest/globals';
import { Interrupted, Progress } from '../../src/cli/interruption.ts';
import type { SegmentEvent } from '../../src/operations/request.ts';

const event = (database: string, state: SegmentEvent['state'], number: number, of: number, transaction = true) => ({
  database,
  state,
  number,
  of,
  segment: { transaction, statements: [] },
  dialect: 'postgres' as const,
});

test('what stands is told from what has been done in all databases', () => {
  const progress = new Progress();
  expect(progress.standing()).toBe('nothing was changed');
  progress.listen(event('a', 'begins', 1, 3));
  expect(progress.standing()).toBe('the running segment was rolled back, 0 of 3 are done; run it again to finish');
  progress.listen(event('a', 'is done', 1, 3));
  expect(progress.standing()).toBe('1 of 3 are done; run it again to finish');
  progress.listen(event('a', 'begins', 2, 3, false));
  expect(progress.standing()).toContain('the running statement was stopped, and what it had committed stays; 1 of 3');
  progress.listen(event('a', 'is done', 2, 3));
  progress.listen(event('a', 'is done', 3, 3));
  progress.listen(event('b', 'begins', 1, 2));
  expect(progress.standing()).toBe('the running segment was rolled back, 3 of 5 are done; run it again to finish');
});

test('a transaction of SQLite is undone by who opens the file next', () => {
  const progress = new Progress();
  progress.listen({ ...event('a', 'begins', 2, 3), dialect: 'sqlite' });
  expect(progress.standing()).toBe(
    'the journal rolls the running segment back when the file is opened next, 0 of 3 are done; run it again to finish',
  );
});

test('a signal has the exit code that shells give it', () => {
  expect((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => new Interrupted(signal).exitCode)).toEqual([
    130, 143, 129,
  ]);
});
