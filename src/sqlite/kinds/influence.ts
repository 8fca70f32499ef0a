import { type KindModule, unknownKind } from './draft.ts';

/** Triggers and keys of others are kinds of their own; nothing else acts on a table from elsewhere in a file. */
export const influence: KindModule<'influence'> = unknownKind('influence');
