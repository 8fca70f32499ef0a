// Launches the newest TypeScript runtime and does what its first argument says; each line that it prints is a JSON value.
//   check          all checks at once, each told when it has passed or failed
//   wait ID        starts a workflow that waits for a word, and says so; to be killed
//   finish ID …    sends the word to workflows that were waiting when their process died, and tells their results
import { DBOS } from '@dbos-inc/dbos-sdk';
import { setTimeout as sleep } from 'node:timers/promises';
import { checks } from './checks.mjs';
import * as app from './workflows.mjs';

const [task, url, schema, ...ids] = process.argv.slice(2);

const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const tasks = {
  async check() {
    await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check({ url, schema });
          tell({ name, passed: true });
        } catch (error) {
          tell({ name, passed: false, reason: String(error?.stack ?? error) });
        }
      }),
    );
  },

  async wait() {
    await DBOS.startWorkflow(app.patient, { workflowID: ids[0] })('survives');
    while (app.runsOf('first') === 0) await sleep(10);
    await sleep(200);
    tell({ waiting: process.pid });
    await sleep(60_000);
  },

  async finish() {
    for (const id of ids) {
      await DBOS.send(id, 'word', 'word');
      tell({ id, result: await DBOS.getResult(id, 30), first: app.runsOf('first') });
    }
  },
};

DBOS.setConfig({
  name: 'conformance',
  systemDatabaseUrl: url,
  systemDatabaseSchemaName: schema,
  applicationVersion: 'conformance',
  schedulerPollingIntervalMs: 200,
  logLevel: 'error',
});
await DBOS.launch();
await tasks[task]();
await DBOS.shutdown();
process.exit(0);
