import { type KindModule, unknownKind } from './draft.ts';

/** Functions are made by the program that opens the file. */
export const functionKind: KindModule<'function'> = unknownKind('function');
