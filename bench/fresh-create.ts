import { Client } from 'pg';
import { migrate } from '../tests/conformance/support/migrate.ts';
import { upgrade } from '../tests/conformance/support/sdk.ts';
import type { PostgresServer } from '../tests/support/postgres.ts';
import { type Line, openLine } from './support/line.ts';
import { compare, type Comparison, interleave, time } from './support/measure.ts';
import { withDatabase, withServer } from './support/server.ts';

/** Milliseconds in each direction. */
const DELAY = 10;

/** All tables in an empty database: made by us, and by the migrations of the newest runtime. */
export default async function freshCreate(): Promise<readonly Comparison[]> {
  return withServer(async (server) => [...(await over(server, 0)), ...(await over(server, DELAY))]);
}

async function over(server: PostgresServer, delay: number): Promise<readonly Comparison[]> {
  const line = await openLine(server.port, delay);
  const trips = { ours: [] as number[], theirs: [] as number[] };
  try {
    const { ours, theirs } = await interleave(delay === 0 ? 5 : 2, {
      ours: () => create(server, line, trips.ours, (systemUrl) => migrate({ systemUrl })),
      theirs: () => create(server, line, trips.theirs, launch),
    });
    const what = `a fresh create, ${delay} ms each way`;
    const compared = compare(what, ['dbos migrate', ours], ["the runtime's own", theirs]);
    if (delay !== 0) return [compared];
    return [
      compared,
      compare('its round trips', ['dbos migrate', trips.ours], ["the runtime's own", trips.theirs], ''),
    ];
  } finally {
    await line.close();
  }
}

/** Milliseconds from before the connection is opened until after it is closed; the database is there already. */
const create = (
  server: PostgresServer,
  line: Line,
  trips: number[],
  run: (url: string) => Promise<unknown>,
): Promise<number> =>
  withDatabase(server, async (url) => {
    line.roundTrips();
    const taken = await time(() => run(line.url(url)));
    trips.push(line.roundTrips());
    return taken;
  });

async function launch(url: string): Promise<void> {
  const client = new Client({ connectionString: url, ssl: false });
  await client.connect();
  try {
    await upgrade('@dbos-inc/dbos-sdk', client, url);
  } finally {
    await client.end();
  }
}
