import { testDamages } from '../support/damaged-postgres.ts';

testDamages(({ kind }) => kind === 'column');
