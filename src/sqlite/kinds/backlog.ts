import { type KindModule, unknownKind } from './draft.ts';

/** No release kept inputs in a table of their own on SQLite before it had today's. */
export const backlog: KindModule<'backlog'> = unknownKind('backlog');
