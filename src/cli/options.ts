import { Option } from 'clipanion';
import { UserError } from '../model/errors.ts';

/** Given twice, a flag for one value is a mistake: which of the two was meant? */
export function single(values: readonly string[] | undefined, name: string): string | undefined {
  if (values === undefined || values.length === 0) return undefined;
  if (values.length > 1) {
    throw new UserError(`${name} is given ${values.length} times`, { hint: 'give it once' });
  }
  return values[0];
}

/** Values of a flag that may be repeated. Without a value it would mean nothing, and say nothing of it. */
export function each(values: readonly string[] | undefined, name: string): readonly string[] {
  if (values?.includes('')) throw new UserError(`${name} is empty`, { hint: 'give it a value or leave it out' });
  return values ?? [];
}

/** Flags that `migrate` and `reset` share. As arrays, so that a flag given twice is seen. */
export const databaseOptions = {
  applicationUrl: () => Option.Array('-D,--db-url', { description: 'URL of the application database' }),
  systemUrl: () => Option.Array('-s,--sys-db-url', { description: 'URL of the system database' }),
  schema: () => Option.Array('--schema', { description: 'Schema of the system tables (PostgreSQL)' }),
  config: () => Option.Array('--config', { description: 'Configuration file; otherwise ./dbos-config.yaml' }),
  debug: () => Option.Boolean('--debug', false, { description: 'Print stack traces of errors' }),
};
