import { appendFileSync } from 'node:fs';

/** One line of what the suite found out, for the table at its end. */
export type Result =
  | { readonly kind: 'state'; readonly group: string; readonly server: string; readonly outcome: Outcome }
  | { readonly kind: 'runtime'; readonly group: string; readonly server: string; readonly passed: readonly string[] }
  | { readonly kind: 'skipped'; readonly group: string; readonly reason: string };

export interface Outcome {
  readonly converged: boolean;
  readonly rows: number;
  readonly rowsLost: number;
  readonly writesOnSecondRun: number;
}

/** Where no file is named, as when one test is run by hand, nothing is kept. */
export function report(result: Result): void {
  const file = process.env['CONFORMANCE_RESULTS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(result)}\n`);
}
