import { describe, expect, test } from '@jest/globals';
import type { CatalogObject } from '../../src/model/objects.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { FoundState } from '../../src/planner/recognise.ts';
import { foundParts } from '../../src/report/found.ts';
import type { UnmanagedView } from '../../src/report/view.ts';
import { aColumn } from '../support/sample-objects.ts';

const exact: FoundState = {
  match: 'exact',
  version: 108,
  label: 'Python 2.31',
  interrupted: false,
  claims: [],
  missing: [],
  different: [],
  surplus: [],
};

const column: CatalogObject = { ...aColumn, schema: 'dbos', table: 'queues', name: 'mine' };
const theirs: UnmanagedView = {
  id: idFor(column),
  object: column,
  danger: null,
  mend: null,
  coveredBy: null,
  note: null,
};

const say = (found: Partial<FoundState>, unmanaged: readonly UnmanagedView[] = []): string =>
  foundParts({ found: { ...exact, ...found }, unmanaged }).join(' · ');

describe('what was found', () => {
  test('is nothing to speak of, or nothing at all', () => {
    expect(foundParts({ found: null, unmanaged: [theirs] })).toEqual([]);
    expect(foundParts({ found: { match: 'nothing' }, unmanaged: [] })).toEqual(['no DBOS tables']);
  });

  test('is named by number and release', () => {
    expect(say({})).toBe('runtime schema 108 (Python 2.31)');
    expect(say({ interrupted: true })).toBe('runtime schema 108 (on the way to Python 2.31)');
    expect(say({ version: null, label: 'Python 1.5' })).toBe('the tables of Python 1.5, older than runtime schema 1');
  });

  test('says what differs, how many of each kind', () => {
    expect(
      say(
        {
          match: 'damaged',
          missing: ['index:dbos.queues.a', 'column:dbos.queues.b', 'column:dbos.queues.c'],
          different: ['foreignKey:dbos.streams.d'],
          surplus: ['index:dbos.queues.e', 'index:dbos.queues.f'],
        },
        [theirs],
      ),
    ).toBe(
      'runtime schema 108 (Python 2.31) · 1 index missing · 2 columns missing · 1 foreign key differs · ' +
        '2 indexes of another release · 1 object of yours',
    );
    expect(say({ match: 'damaged', different: ['key:dbos.a.b', 'key:dbos.a.c'] }, [theirs, theirs])).toBe(
      'runtime schema 108 (Python 2.31) · 2 keys differ · 2 objects of yours',
    );
  });

  test('is none of any release where nothing speaks for the nearest one', () => {
    expect(say({ match: 'nearest', missing: ['table:dbos.streams'], different: ['column:dbos.a.b'] })).toBe(
      'no runtime schema of any release; nearest is 108 (Python 2.31): 1 table missing, 1 column differs',
    );
    expect(say({ match: 'nearest', version: null, label: 'Python 1.5', missing: ['table:dbos.streams'] })).toBe(
      'no runtime schema of any release; nearest is that of Python 1.5: 1 table missing',
    );
  });

  test('quotes version rows that say something else', () => {
    expect(say({ claims: ['7'] })).toBe('runtime schema 108 (Python 2.31) · its version row says 7');
    expect(say({ claims: ['7', '8'] })).toBe('runtime schema 108 (Python 2.31) · its version rows say 7 and 8');
  });
});
