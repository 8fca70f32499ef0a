import { type CheckState, type Finding, passed, unseen, warned } from '../model/checkup.ts';
import { attempt, failedBy } from './attempt.ts';
import { databasesOf, type RunDatabase } from './databases.ts';
import { examineDatabase } from './examine-database.ts';
import { examineMachine } from './examine-machine.ts';
import { type Config, type ConfigSources, loadConfig } from './load-config.ts';
import type { Listeners, Request } from './request.ts';

/** Where a configuration is looked for, since mistakes in it are among what is found. */
export interface DoctorRequest extends ConfigSources {
  /** As in `Request`, beside the patterns of the configuration. */
  readonly ignore?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly on?: Pick<Listeners, 'wait' | 'query'> | undefined;
}

/** One check with what it is about: `This machine`, `Configuration`, or the title of a database. */
export interface Check extends Finding {
  readonly group: string;
}

export interface Diagnosis {
  /** The worst of the checks; those that could not be made count for nothing. */
  readonly verdict: Exclude<CheckState, 'unknown'>;
  readonly checks: readonly Check[];
}

/**
 * Looks at everything that a migration and a runtime depend on, and changes nothing. What fails is a check that fails: it
 * works where nothing can be reached, and where the configuration is wrong.
 * @throws the signal's reason once that is aborted
 */
export async function doctor(request: DoctorRequest = {}): Promise<Diagnosis> {
  const { environment = {}, signal } = request;
  const [machine, further] = await Promise.all([
    attempt(signal, () => examineMachine({ environment, signal })),
    examineConfigured(request),
  ]);
  signal?.throwIfAborted();
  const checks = [
    ...inGroup('This machine', 'value' in machine ? machine.value : [failedBy('docker', machine.error)]),
    ...further,
  ];
  return { verdict: worstOf(checks), checks };
}

const worstOf = (checks: readonly Finding[]): Diagnosis['verdict'] =>
  (['fail', 'warn'] as const).find((state) => checks.some((check) => check.state === state)) ?? 'pass';

const inGroup = (group: string, findings: readonly Finding[]): readonly Check[] =>
  findings.map((finding) => ({ group, ...finding }));

interface Configured {
  readonly config: Config;
  readonly request: Request;
  readonly databases: readonly RunDatabase[];
}

async function examineConfigured(request: DoctorRequest): Promise<readonly Check[]> {
  const warnings: string[] = [];
  const found = await attempt(request.signal, () => configured(request, warnings));
  if ('error' in found) {
    return [
      ...inGroup('Configuration', [failedBy('configuration', found.error)]),
      ...inGroup('System database', [unseen('connection', 'the configuration does not say where it is')]),
    ];
  }
  const { config, request: run, databases } = found.value;
  const checks = [...inGroup('Configuration', configurationFindings(config))];
  for (const entry of databases) {
    const findings = await examineDatabase(entry, run);
    checks.push(...inGroup(entry.title, [...findings, ...warnings.splice(0).map(warningOf)]));
  }
  return checks;
}

async function configured(request: DoctorRequest, warnings: string[]): Promise<Configured> {
  const { ignore = [], signal, on, ...sources } = request;
  const config = await loadConfig(sources);
  const run: Request = {
    ...config,
    ignore: [...config.ignore, ...ignore],
    signal,
    on: { ...on, warning: (text) => void warnings.push(text) },
  };
  return { config, request: run, databases: await databasesOf(run) };
}

/** What the server says, with its detail and what to do on lines of their own. */
function warningOf(text: string): Finding {
  const [first = '', ...rest] = text.split('\n');
  return warned('server', first, rest.length === 0 ? 'look whether that is meant to be so' : rest.join('\n'));
}

function configurationFindings({ provenance, warnings, notes }: Config): readonly Finding[] {
  return [
    ...provenance.map(({ name, value, source }) => passed(name, value === null ? 'none' : `${value} (${source})`)),
    ...notes.map((note) => passed('note', note)),
    ...warnings.map((warning) => warned('warning', warning, 'correct it, or take it out where it is for others')),
  ];
}
