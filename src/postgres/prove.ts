import type { Proof } from '../model/dialect.ts';
import { canBeShown, comparing } from './retype.ts';
import { forTransaction } from './session.ts';

/** A value that cannot go there and back is not shown to be kept. */
export const proof: Proof = {
  isNeeded: canBeShown,
  async isKept(connection, change, patience) {
    const limits = ['statement_timeout', 'lock_timeout'].map((name) => `SET LOCAL ${name} = ${patience}`);
    const [row] = await connection.query([...forTransaction, ...limits, comparing(change)], {
      timeout: patience + 5_000,
    });
    return row?.['kept'] === true;
  },
};
