import { failed, type Finding } from '../model/checkup.ts';
import { UserError } from '../model/errors.ts';
import { maskUrls } from '../secrets/mask-url.ts';

export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Does something that may fail. @throws the signal's reason once that is aborted */
export async function attempt<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<Outcome<T>> {
  signal?.throwIfAborted();
  try {
    return { value: await work() };
  } catch (error) {
    signal?.throwIfAborted();
    return { error };
  }
}

/** What an error says, and where, as every other command prints it. */
export function failedBy(name: string, error: unknown): Finding {
  if (!(error instanceof UserError)) {
    return failed(name, reasonOf(error), 'run dbos migrate --check --debug, and report what it prints');
  }
  const { message, where, hint } = error;
  return failed(name, maskUrls(where === undefined ? message : `${message}\nwhere: ${where}`), hint ?? null);
}

/** Why something could not be looked at. */
export const reasonOf = (error: unknown): string => maskUrls(error instanceof Error ? error.message : String(error));
