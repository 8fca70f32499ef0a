import { type CliOptions, runCli } from '../../cli/run.ts';

export interface Told {
  readonly group: string;
  readonly name: string;
  readonly state: string;
  readonly seen: string;
  readonly todo: string | null;
}

export interface Diagnosed {
  readonly exitCode: number;
  readonly verdict: string;
  readonly checks: readonly Told[];
  /** Checks of this name that are not of the configuration, without it and without their group. */
  readonly of: (name: string) => readonly Omit<Told, 'group' | 'name'>[];
  /** All that was printed. */
  readonly printed: string;
}

/** Runs `dbos doctor` where there is no Docker, which must say nothing on stderr. */
export async function diagnose(args: readonly string[], options: CliOptions = {}): Promise<Diagnosed> {
  const env = { PATH: '/nowhere', ...options.env };
  const { stdout, stderr, exitCode } = await runCli(['doctor', ...args, '--format', 'json'], { ...options, env });
  if (stderr !== '') throw new Error(stderr);
  const { version, verdict, checks } = JSON.parse(stdout) as Pick<Diagnosed, 'verdict' | 'checks'> & {
    readonly version: number;
  };
  if (version !== 1) throw new Error(`version ${version}`);
  const of: Diagnosed['of'] = (name) =>
    checks
      .filter((check) => check.name === name && check.group !== 'Configuration')
      .map(({ state, seen, todo }) => ({ state, seen, todo }));
  return { exitCode, verdict, checks, of, printed: stdout };
}

/** The checks that do not pass, as `state name`. */
export const amiss = ({ checks }: Diagnosed): readonly string[] =>
  checks.filter(({ state }) => state !== 'pass').map(({ state, name }) => `${state} ${name}`);
