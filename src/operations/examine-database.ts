import { openDatabase } from '../apply/database.ts';
import { versionTable } from '../model/definition.ts';
import { type Inspection, inspectLive, liveState } from '../apply/inspect.ts';
import type { Examiner, Finding, Probe, Subject } from '../model/checkup.ts';
import { passed, unseen } from '../model/checkup.ts';
import type { DialectName, Opened } from '../model/dialect.ts';
import { attempt, failedBy, type Outcome, reasonOf } from './attempt.ts';
import type { RunDatabase } from './databases.ts';
import { goalOf } from './inspect.ts';
import { judged, judgedNames } from './judge-database.ts';
import type { Request } from './request.ts';
import { serverFindings, serverNames } from './server-findings.ts';

/** Loaded for the dialects in use only. */
const examiners: { readonly [D in DialectName]: () => Promise<Examiner> } = {
  postgres: async () => (await import('../postgres/examine/examiner.ts')).examiner,
  sqlite: async () => (await import('../sqlite/examine.ts')).examiner,
};

/**
 * Looks at one database from all sides, and changes nothing. Whatever cannot be found out is said.
 * @throws the signal's reason once that is aborted
 */
export async function examineDatabase(entry: RunDatabase, request: Request): Promise<readonly Finding[]> {
  const { database } = entry;
  const examiner = await examiners[database.dialect.name]();
  const approach = await attempt(request.signal, () => examiner.approach(database.target, database.environment));
  const begun = Date.now();
  const opened = await attempt(request.signal, () => openDatabase(database, { write: false }));
  const first = 'value' in approach ? approach.value : [failedBy('address', approach.error)];
  if ('error' in opened) {
    const names = [...serverNames, ...examiner.probes.map(({ name }) => name), ...judgedNames(database)];
    return [
      ...first,
      failedBy('connection', opened.error),
      ...names.map((name) => unseen(name, 'there is no connection')),
    ];
  }
  try {
    const connection = passed('connection', `stands after ${Date.now() - begun} ms`);
    return [...first, connection, ...(await examineOpened(entry, opened.value, { examiner, request }))];
  } finally {
    await opened.value.connection.close();
  }
}

interface Means {
  readonly examiner: Examiner;
  readonly request: Request;
}

async function examineOpened(entry: RunDatabase, opened: Opened, means: Means): Promise<readonly Finding[]> {
  const { database } = entry;
  const { request } = means;
  const goal = goalOf(request, 'declared');
  const live = await attempt(request.signal, () => liveState(database, opened, goal));
  const inspection: Outcome<Inspection> =
    'error' in live ? live : await attempt(request.signal, () => inspectLive(database, opened, goal, live.value));
  const isOther = 'value' in live && live.value.dialect !== undefined;
  return [
    ...('error' in live
      ? serverNames.map((name) => unseen(name, 'the catalog cannot be read'))
      : serverFindings(live.value)),
    ...(isOther
      ? means.examiner.probes.map(({ name }) => unseen(name, 'the server is no PostgreSQL'))
      : await probed(subjectOf(entry, opened), opened, means)),
    ...(await judged(entry, inspection, request)),
  ];
}

const subjectOf = ({ database: { scope } }: RunDatabase, { exists }: Opened): Subject => {
  const { definitions, ...place } = scope;
  const isSystem = definitions.tables.some(({ name }) => name === versionTable);
  return { ...place, versionTable: isSystem ? versionTable : null, exists };
};

/** Each probe by itself: what the engine does not tell of one says nothing of the others. */
async function probed(
  subject: Subject,
  { connection, exists }: Opened,
  { examiner, request }: Means,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const probe of examiner.probes) {
    if (probe.ofDatabase && !exists) {
      findings.push(unseen(probe.name, 'the database is not there yet'));
      continue;
    }
    const found = await attempt(request.signal, () => probe.ask(connection, subject));
    findings.push(...('value' in found ? found.value : [unprobed(probe, found.error)]));
  }
  return findings;
}

const unprobed = ({ name }: Probe, error: unknown): Finding => unseen(name, reasonOf(error));
