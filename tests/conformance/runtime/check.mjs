// Launches the newest TypeScript SDK and tries all that it is for, at once; tells of each check whether it passed.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { checks } from './checks.mjs';

const [url, schema] = process.argv.slice(2);

const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

DBOS.setConfig({
  name: 'conformance',
  systemDatabaseUrl: url,
  systemDatabaseSchemaName: schema,
  applicationVersion: 'conformance',
  schedulerPollingIntervalMs: 200,
  logLevel: 'error',
});
await DBOS.launch();
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
await DBOS.shutdown();
process.exit(0);
