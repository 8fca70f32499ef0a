import { resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import type { HazardName } from '../model/hazard.ts';
import type { MigrateRequest } from '../operations/migrate.ts';
import { check, plan, type PlanOutcome } from '../operations/plan.ts';
import type { CatalogName } from '../operations/request.ts';
import type { RunView } from '../report/view.ts';
import type { Context } from './context.ts';
import { say, sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { flags } from './flags.ts';
import { oneOf, single } from './options.ts';
import { type Painter, painter } from './terminal.ts';

/** What a printer may need beside the run. */
interface Means {
  readonly paint: Painter;
  readonly context: Context;
  readonly isCheck: boolean;
}

type Format = (typeof flags.format.values)[number];

/** A printer of each format; loaded when it is asked for. */
const printers = {
  text: async (run: RunView, { paint, isCheck }: Means) =>
    isCheck
      ? (await import('../report/drift.ts')).checkText(run, paint)
      : (await import('../report/plan-text.ts')).planText(run, paint),
  json: async (run: RunView) => (await import('../report/plan-json.ts')).planJson(run),
  sql: async (run: RunView) => (await import('../report/plan-sql.ts')).planSql(run),
  diff: async (run: RunView) => (await import('../report/diff.ts')).diffText(run),
  markdown: async (run: RunView) => (await import('../report/plan-markdown.ts')).planMarkdown(run),
  github: async (run: RunView, { context, isCheck }: Means) =>
    (await import('./github-files.ts')).reportToGithub(run, isCheck, context),
} as const satisfies { readonly [F in Format]: (run: RunView, means: Means) => Promise<string> };

/** What is to be shown instead of done. */
export interface Preview {
  readonly mode: 'plan' | 'check';
  readonly format: Format;
  /** The file that it goes to; null for stdout. */
  readonly out: string | null;
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

/**
 * The catalog that is to be read.
 * @throws UserError for another word, and where what the catalog does not show could be changed
 */
export function readCatalogName(
  words: readonly string[] | undefined,
  preview: Preview | null,
): CatalogName | undefined {
  const word = single(words, flags.introspect);
  if (word === undefined) return undefined;
  const name = oneOf(word, flags.introspect);
  if (name === 'pg_catalog' || preview !== null) return name;
  throw new UserError('--introspect information_schema shows too little to change anything by', {
    hint: 'run it without, on PostgreSQL, or only look: --check, --plan or --dry-run',
  });
}

interface Previewing extends Modes {
  readonly formats: readonly string[] | undefined;
  readonly outs: readonly string[] | undefined;
}

/** @throws UserError for flags that contradict each other; null where the plan is to be applied */
export function readPreview(line: Previewing): Preview | null {
  const given = modesGiven(line);
  const [name, out] = [single(line.formats, flags.format), single(line.outs, flags.out)];
  const format = oneOf(name ?? (line.dryRun ? 'sql' : 'text'), flags.format);
  if (given.length === 0) {
    refuseAlone(name, '--format says how a plan is printed');
    refuseAlone(out, '--out says where a plan is written to');
    return null;
  }
  if (line.dryRun && format !== 'sql') {
    throw new UserError('--dry-run prints SQL', { hint: `use --plan --format ${format}` });
  }
  return { mode: line.check ? 'check' : 'plan', format, out: out ?? null };
}

function refuseAlone(value: string | undefined, message: string): void {
  if (value !== undefined) throw new UserError(message, { hint: 'give it with --plan or --check' });
}

/** @throws UserError for a word that is no hazard, or one that no flag allows */
export const readHazards = (words: readonly string[]): readonly HazardName[] =>
  words.map((word) => oneOf(word, flags.allow));

/** Prints a plan or a check. @returns the exit code */
export async function show(
  preview: Preview,
  request: MigrateRequest,
  context: Context,
  paint: Painter,
): Promise<number> {
  if (preview.mode === 'plan') {
    await print(await plan(request), preview, { paint, context, isCheck: false });
    return exitCodes.done;
  }
  const { equal, databases } = await check(request);
  await print({ databases, commands: [] }, preview, { paint, context, isCheck: true });
  return equal ? exitCodes.done : exitCodes.drift;
}

async function print(run: PlanOutcome, { format, out }: Preview, means: Means): Promise<void> {
  const { stdout, stderr, cwd, env } = means.context;
  for (const { url, caveat } of run.databases) if (caveat !== null) say(stderr, `warning: ${url}: ${caveat}\n`);
  const text = await printers[format](run, out === null ? means : { ...means, paint: painter(stdout, env, 'never') });
  if (out !== null) return (await import('./out-file.ts')).writeWhole(resolve(cwd, out), text);
  const write = format === 'json' || format === 'sql' ? sayExactly : say;
  write(stdout, text);
}
