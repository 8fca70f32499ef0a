import { testPairs } from '../support/damaged-postgres.ts';

testPairs();
