import { testDamages } from '../support/damaged-sqlite.ts';

testDamages(({ kind }) => kind === 'column');
