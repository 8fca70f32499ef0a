import { asItIs, type KindModule, noRights, nothing } from './draft.ts';

/** `main` comes with every file and is never made, so no catalog says it. */
export const schema: KindModule<'schema'> = {
  rows: null,
  read: nothing,
  declare: nothing,
  respell: asItIs,
  write: { written: 'with the file' },
  needs: noRights,
  mend: null,
};
