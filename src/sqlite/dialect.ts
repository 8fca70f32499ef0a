import type { Dialect } from '../model/dialect.ts';
import { declare } from './declare.ts';
import { explain, isTransient } from './explain.ts';
import { introspect } from './introspect.ts';
import { mend } from './kinds.ts';
import { tryLock } from './lock.ts';
import { completeUrl, discardIfEmpty, open, placeOf } from './open.ts';
import { proof } from './prove.ts';
import { readRecords, record } from './record.ts';
import { render } from './render.ts';
import { settle } from './settle.ts';

export const sqlite: Dialect = {
  name: 'sqlite',
  lastingSchema: 'main',
  // A connection of ours is as fresh as its file.
  session: [],
  begin: ['BEGIN IMMEDIATE'],
  exclusion: 'transaction',
  open,
  completeUrl,
  placeOf,
  discardIfEmpty,
  tryLock,
  record,
  readRecords,
  isTransient,
  explain,
  mend,
  declare,
  introspect,
  absent: () => new Map(),
  settle,
  proof,
  render,
};
