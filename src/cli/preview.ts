import { UserError } from '../model/errors.ts';
import { type HazardName, isHazardName } from '../model/hazard.ts';
import type { MigrateRequest } from '../operations/migrate.ts';
import { check, plan, type PlanOutcome } from '../operations/plan.ts';
import type { RunView } from '../report/view.ts';
import { quoted } from '../secrets/printable.ts';
import type { Context } from './context.ts';
import { say, sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import type { Painter } from './terminal.ts';

/** A printer of each format; loaded when it is asked for. */
const printers = {
  text: async (run: RunView, paint: Painter) => (await import('../report/plan-text.ts')).planText(run, paint),
  json: async (run: RunView) => (await import('../report/plan-json.ts')).planJson(run),
  sql: async (run: RunView) => (await import('../report/plan-sql.ts')).planSql(run),
  diff: async (run: RunView) => (await import('../report/diff.ts')).diffText(run),
} as const;

type Format = keyof typeof printers;

/** What is to be shown instead of done. */
export interface Preview {
  readonly mode: 'plan' | 'check';
  readonly format: Format;
}

/** Flags that ask for something to be printed instead of done. */
export interface Modes {
  readonly planOnly: boolean;
  readonly dryRun: boolean;
  readonly check: boolean;
  readonly printMigrations: boolean;
  readonly printUserRole: boolean;
}

const modeFlags = [
  ['planOnly', '--plan'],
  ['dryRun', '--dry-run'],
  ['check', '--check'],
  ['printMigrations', '--print-migrations'],
  ['printUserRole', '--print-user-role'],
] as const;

/** The flags among them that are given: one at most. @throws UserError for several */
export function modesGiven(modes: Modes): readonly string[] {
  const given = modeFlags.flatMap(([mode, flag]) => (modes[mode] ? [flag] : []));
  if (given.length > 1) throw new UserError(`${given.join(' and ')} exclude one another`, { hint: 'give one of them' });
  return given;
}

/** @throws UserError for flags that contradict each other; null where the plan is to be applied */
export function readPreview(modes: Modes, name: string | undefined): Preview | null {
  const given = modesGiven(modes);
  const format = readFormat(name ?? (modes.dryRun ? 'sql' : 'text'));
  if (name !== undefined && given.length === 0) {
    throw new UserError('--format says how a plan is printed', { hint: 'give it with --plan or --check' });
  }
  if (modes.dryRun && format !== 'sql') {
    throw new UserError('--dry-run prints SQL', { hint: `use --plan --format ${format}` });
  }
  return given.length === 0 ? null : { mode: modes.check ? 'check' : 'plan', format };
}

function readFormat(name: string): Format {
  const known = Object.keys(printers) as readonly Format[];
  const format = known.find((found) => found === name);
  if (format !== undefined) return format;
  throw new UserError(`--format ${quoted(name)} is unknown`, { hint: `it is one of ${known.join(', ')}` });
}

/** @throws UserError for a word that is no hazard, or one that no flag allows */
export function readHazards(words: readonly string[]): readonly HazardName[] {
  return words.map((word) => {
    if (isHazardName(word) && word === 'data-loss') return word;
    throw new UserError(`--allow ${quoted(word)} is unknown`, { hint: 'it takes data-loss' });
  });
}

/** Prints a plan or a check. @returns the exit code */
export async function show(
  { mode, format }: Preview,
  request: MigrateRequest,
  streams: Pick<Context, 'stdout' | 'stderr'>,
  paint: Painter,
): Promise<number> {
  if (mode === 'plan') {
    await print(await plan(request), format, streams, paint);
    return exitCodes.done;
  }
  const { equal, databases } = await check(request);
  await print({ databases, commands: [] }, format === 'text' ? 'drift' : format, streams, paint);
  return equal ? exitCodes.done : exitCodes.drift;
}

async function print(
  run: PlanOutcome,
  format: Format | 'drift',
  { stdout, stderr }: Pick<Context, 'stdout' | 'stderr'>,
  paint: Painter,
): Promise<void> {
  for (const { url, caveat } of run.databases) if (caveat !== null) say(stderr, `warning: ${url}: ${caveat}\n`);
  if (format === 'drift') return say(stdout, await (await import('../report/drift.ts')).checkText(run, paint));
  const write = format === 'json' || format === 'sql' ? sayExactly : say;
  write(stdout, await printers[format](run, paint));
}
