import { runtimeVersion } from '../../../schema/index.ts';
import { apply, refuseImpossible } from '../../../src/apply/apply.ts';
import { databasesOf } from '../../../src/cli/databases.ts';
import { closeAll, inspectAll, type Inspected, viewOf } from '../../../src/cli/inspect-all.ts';
import { resolveConfiguration } from '../../../src/config/resolve.ts';
import { checkText, isDrifted } from '../../../src/report/drift.ts';

/** What a run is asked for on the command line. */
export interface Wish {
  readonly systemDatabaseUrl: string;
  readonly applicationDatabaseUrl?: string;
  readonly role?: string;
}

/** What `dbos migrate --check` says, and whether it found differences. */
export interface Found {
  readonly text: string;
  readonly drifted: boolean;
}

/** Does what `dbos migrate` does, in this process. @returns what a check said of the same inspection */
export const migrate = (wish: Wish): Promise<Found> =>
  withInspected(wish, async (inspected) => {
    const found = await foundIn(inspected);
    for (const { inspection } of inspected) refuseImpossible(inspection);
    for (const { inspection } of inspected) {
      await apply(inspection, { toolVersion: 'live', runtimeVersion, record: true, onWait: () => {} });
    }
    return found;
  });

export const check = (wish: Wish): Promise<Found> => withInspected(wish, foundIn);

async function foundIn(inspected: readonly Inspected[]): Promise<Found> {
  const views = inspected.map((entry) => viewOf(entry, { several: false, ignore: [] }));
  return { text: await checkText(views), drifted: views.some(isDrifted) };
}

async function withInspected<T>(wish: Wish, use: (inspected: readonly Inspected[]) => Promise<T>): Promise<T> {
  const configuration = await resolveConfiguration({ flags: wish, environment: {}, workingDirectory: '/' });
  const inspected = await inspectAll(await databasesOf(configuration), { allowDataLoss: false });
  try {
    return await use(inspected);
  } finally {
    await closeAll(inspected);
  }
}
