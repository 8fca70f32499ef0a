// Launches one release of the TypeScript SDK, whichever it is, from 1.30 on; each line that it prints is a JSON value.
//   leave SDK URL APPLICATION_URL     leaves two workflows unfinished, and says so; to be killed
//   finish SDK URL APPLICATION_URL WORKFLOW...
//                                     lets such workflows come to their end, and tells their results in this order:
//                                     `survivor` has run a step and waits for a word; `untouched` has not ended a step
const path = require('node:path');

const [task, sdk, url, applicationUrl, ...workflows] = process.argv.slice(2);
process.env.DBOS__APPVERSION = 'conformance';
const { DBOS } = require(sdk);
const { version } = require(path.join(__dirname, '../../../node_modules', sdk, 'package.json'));
const major = Number(version.split('.')[0]);

const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// The first releases know workflows in classes only.
// oxlint-disable-next-line typescript/no-extraneous-class
class Survivor {
  static async first(text) {
    return `${text} ${process.pid}`;
  }

  static async patient(text) {
    const first = await Survivor.first(text);
    await DBOS.setEvent('first', 'done');
    const word = await DBOS.recv('word', 60);
    return `${first} ${word}`;
  }

  static async only(text) {
    if (task === 'leave') await sleep(60_000);
    return `${text} too`;
  }

  static async hasty(text) {
    return Survivor.only(text);
  }
}

/** As the compiler applies a decorator, and tells the first line of releases the types of arguments. */
function decorate(name, decorator) {
  Reflect.defineMetadata?.('design:paramtypes', [String], Survivor, name);
  const descriptor = Object.getOwnPropertyDescriptor(Survivor, name);
  Object.defineProperty(Survivor, name, decorator(Survivor, name, descriptor) ?? descriptor);
}

/** The configuration in the words of the release. */
function configuration() {
  const same = { name: 'conformance', runAdminServer: false, adminPort: 0, logLevel: 'error' };
  if (major >= 3) return { ...same, systemDatabaseUrl: url };
  const name = new URL(url).pathname.slice(1);
  if (major === 2) return { ...same, databaseUrl: applicationUrl, sysDbName: name };
  const { hostname: host, port, username: user, password, pathname } = new URL(applicationUrl);
  const poolConfig = { host, port: Number(port), user, password, database: pathname.slice(1) };
  return { poolConfig, system_database: name, telemetry: { logs: { logLevel: 'error' } } };
}

const tasks = {
  async leave() {
    await DBOS.startWorkflow(Survivor, { workflowID: 'untouched' }).hasty('survives');
    await DBOS.startWorkflow(Survivor, { workflowID: 'survivor' }).patient('survives');
    const first = await DBOS.getEvent('survivor', 'first', 60);
    if (first !== 'done') throw new Error(`the first step is ${first}`);
    tell({ waiting: process.pid });
    await sleep(60_000);
  },

  async finish() {
    for (const name of workflows) {
      const handle = DBOS.retrieveWorkflow(name);
      // Early releases may miss a word that comes while they begin to listen; a second one is left unread.
      const isOver = async () => ['SUCCESS', 'ERROR'].includes((await handle.getStatus()).status);
      for (let i = 0; !(await isOver()); i += 1) {
        if (name === 'survivor' && i % 20 === 0) await DBOS.send(name, 'word', 'word');
        await sleep(100);
      }
      tell({ result: await handle.getResult() });
    }
  },
};

async function main() {
  for (const step of ['first', 'only']) decorate(step, DBOS.step());
  for (const workflow of ['patient', 'hasty']) decorate(workflow, DBOS.workflow());
  DBOS.setConfig(configuration());
  await DBOS.launch();
  await tasks[task]();
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
