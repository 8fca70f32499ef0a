import { testDamages, testPairs } from '../support/damaged-sqlite.ts';

testDamages(({ kind }) => kind !== 'column');
testPairs();
