import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { migrate } from '../tests/conformance/support/migrate.ts';
import { withClient } from '../tests/conformance/support/postgres-engine.ts';
import { compare, type Comparison, interleave, type Options, type Side, time } from './support/measure.ts';
import { withServer } from './support/server.ts';
import { workflows } from './support/workflows.ts';

/** How long writers of a big table wait while `migrate` builds an index of it that is missing. */
export default async function indexBuild({ rows = 500_000 }: Options): Promise<readonly Comparison[]> {
  return withServer(async (server) => {
    const url = await workflows(server, rows);
    return withClient(url, (client) => measure(client, url, rows));
  });
}

async function measure(writer: Client, url: string, rows: number): Promise<readonly Comparison[]> {
  const builds: number[] = [];
  const { quiet, building } = await interleave(5, {
    quiet: () => longestInsert(writer, sleep(builds.at(-1) ?? 0)),
    async building() {
      await writer.query('DROP INDEX dbos.workflow_status_created_at_index');
      const build = time(() => migrate({ systemUrl: url }));
      const longest = await longestInsert(writer, build);
      builds.push(await build);
      return longest;
    },
  });
  const what = `longest INSERT, ${rows} rows`;
  const during: Side = ['while migrate builds an index', building];
  return [compare(what, ['nothing runs', quiet], during), compare(what, ['all of migrate', builds.slice(1)], during)];
}

/** Inserts one workflow after the other until something is done. @returns milliseconds that the slowest took */
async function longestInsert(client: Client, something: Promise<unknown>): Promise<number> {
  const over = new AbortController();
  const insert = async (): Promise<number> => {
    let longest = 0;
    do longest = Math.max(longest, await time(() => client.query(INSERT)));
    while (!over.signal.aborted);
    return longest;
  };
  const [longest] = await Promise.all([insert(), something.finally(() => over.abort())]);
  return longest;
}

const INSERT = `INSERT INTO dbos.workflow_status (workflow_uuid, status) VALUES (gen_random_uuid()::text, 'PENDING')`;
