import { type KindModule, unknownKind } from './draft.ts';

/** Who may do what is the file system's to say. */
export const grant: KindModule<'grant'> = unknownKind('grant');
