import { expect, test } from '@jest/globals';
import { idFor } from '../../src/model/kinds.ts';
import { changeText, differences } from '../../src/report/describe.ts';
import { aForeignKey, aKey } from '../support/sample-objects.ts';

test('what only the live object has is a difference too', () => {
  const key = { ...aKey, name: 'k' };
  const replacing = { type: 'alter', id: idFor(key), from: { ...key, onConflict: 'REPLACE' }, to: key } as const;
  expect(differences(replacing)).toEqual([{ field: 'onConflict', from: 'REPLACE', to: null }]);
  expect(changeText(replacing)).toBe('key k  onConflict: REPLACE → none');

  const to = { ...aForeignKey, name: 'f' };
  const unenforced = {
    type: 'alter',
    id: idFor(to),
    from: { ...to, validated: false, notEnforced: true },
    to,
  } as const;
  expect(changeText(unenforced)).toBe('foreign key f  notEnforced: yes → none, validated: no → yes');
});
