import { testDamages } from '../support/damaged-postgres.ts';

testDamages((o) => o.kind === 'column' && !o.table.startsWith('workflow_'));
