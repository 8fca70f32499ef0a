import type { Dialect } from '../model/dialect.ts';
import { declare } from './declare.ts';
import { dependents } from './dependents.ts';
import { explain, isTransient } from './explain.ts';
import { absent, introspect } from './introspect.ts';
import { record, tryLock } from './record.ts';
import { render } from './render.ts';
import { settle } from './settle.ts';

export const postgres: Dialect = {
  name: 'postgres',
  // A statement that waits for its lock makes all writers wait behind it, so it gives up early and is tried again.
  begin: ['BEGIN', `SET LOCAL lock_timeout = '200ms'`, 'SET LOCAL statement_timeout = 0'],
  exclusion: 'session',
  tryLock,
  declare,
  introspect,
  absent,
  settle,
  render,
  dependents,
  record,
  explain,
  isTransient,
};
