import type { Dialect } from '../model/dialect.ts';
import { declare } from './declare.ts';
import { dependents } from './dependents.ts';
import { explain, isTransient } from './explain.ts';
import { introspect } from './introspect.ts';
import { record } from './record.ts';
import { render } from './render.ts';

export { openSqlite } from './connection/connect.ts';
export { discardIfEmpty } from './connection/discard.ts';

export const sqlite: Dialect = {
  name: 'sqlite',
  lastingSchema: 'main',
  begin: ['BEGIN IMMEDIATE'],
  exclusion: 'transaction',
  tryLock: async () => true,
  declare,
  introspect,
  absent: () => new Map(),
  settle: async (live) => live,
  render,
  dependents,
  record,
  explain,
  isTransient,
};
