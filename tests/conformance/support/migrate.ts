import { runtimeVersion } from '../../../schema/index.ts';
import { apply, refuseImpossible } from '../../../src/apply/apply.ts';
import { databasesOf } from '../../../src/cli/databases.ts';
import { closeAll, inspectAll, type Inspected, viewOf } from '../../../src/cli/inspect-all.ts';
import { resolveConfiguration } from '../../../src/config/resolve.ts';
import type { DatabaseView } from '../../../src/report/view.ts';

export interface Wish {
  readonly systemUrl: string;
  readonly applicationUrl?: string;
  readonly role?: string;
  readonly schema?: string;
}

/** Does what `dbos migrate` does, in this process, without its custom commands. */
export const migrate = (wish: Wish): Promise<void> =>
  withInspected(wish, async (inspected) => {
    for (const { inspection } of inspected) refuseImpossible(inspection);
    for (const { inspection } of inspected) {
      await apply(inspection, { toolVersion: 'conformance', runtimeVersion, record: true, onWait: () => {} });
    }
  });

export interface Checked extends Inspected {
  readonly view: DatabaseView;
  readonly url: string;
}

/** What `dbos migrate --check` goes by, the system database first, with what it looked at. */
export const check = (wish: Wish): Promise<readonly Checked[]> =>
  withInspected(wish, async (inspected) =>
    inspected.map((entry, i) => ({
      ...entry,
      view: viewOf(entry, { several: false, ignore: [] }),
      url: i === 0 ? wish.systemUrl : (wish.applicationUrl ?? ''),
    })),
  );

async function withInspected<T>(wish: Wish, use: (inspected: readonly Inspected[]) => Promise<T>): Promise<T> {
  const configuration = await resolveConfiguration({
    flags: {
      systemDatabaseUrl: wish.systemUrl,
      applicationDatabaseUrl: wish.applicationUrl,
      role: wish.role,
      schema: wish.schema,
    },
    environment: {},
    workingDirectory: '/',
  });
  const inspected = await inspectAll(await databasesOf(configuration), { allowDataLoss: false });
  try {
    return await use(inspected);
  } finally {
    await closeAll(inspected);
  }
}
