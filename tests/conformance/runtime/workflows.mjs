// The application that the newest TypeScript runtime is tried with.
import { DBOS, Debouncer } from '@dbos-inc/dbos-sdk';

const runs = new Map();

/** How often a step or workflow ran in this process. */
export const runsOf = (name) => runs.get(name) ?? 0;
const count = (name) => runs.set(name, runsOf(name) + 1);

const register = (name, run) => DBOS.registerWorkflow(run, { name });

export const add = register('add', async (a, b) => {
  const sum = await DBOS.runStep(async () => a + b, { name: 'sum' });
  return DBOS.runStep(async () => ({ sum, at: new Date(0), text: 'ü' }), { name: 'describe' });
});

export const stubborn = register('stubborn', async () =>
  DBOS.runStep(
    async () => {
      count('stubborn');
      if (runsOf('stubborn') < 3) throw new Error('not yet');
      return 'done';
    },
    { name: 'stubborn', retriesAllowed: true, maxAttempts: 5, intervalSeconds: 0.01 },
  ),
);

export const failing = register('failing', async () => {
  throw new Error('meant to fail');
});

/** In the order in which they ran. */
export const noted = [];
export const note = register('note', async (text, milliseconds = 0) => {
  noted.push(text);
  if (milliseconds > 0) await DBOS.sleep(milliseconds);
  return text;
});

export const receive = register('receive', async (topic) => {
  await DBOS.setEvent('ready', true);
  // Polls so rarely that only a notification can be in time.
  return DBOS.recv(topic, { timeoutSeconds: 50, pollingIntervalMs: 45_000 });
});

export const publish = register('publish', async () => {
  await DBOS.setEvent('answer', { of: 42 });
  for (const value of ['one', 'two', 'three']) await DBOS.writeStream('numbers', value);
  await DBOS.closeStream('numbers');
});

export const patient = register('patient', async (text) => {
  const first = await DBOS.runStep(
    async () => {
      count('first');
      return `${text} ${process.pid}`;
    },
    { name: 'first' },
  );
  const word = await DBOS.recv('word', 30);
  const last = await DBOS.runStep(async () => `${first} ${word}`, { name: 'last' });
  return last;
});

export const parent = register('parent', async (text) => {
  const child = await DBOS.startWorkflow(add)(1, 2);
  return `${text} ${(await child.getResult()).sum}`;
});

export const scheduled = register('scheduled', async (_, context) => {
  count(`scheduled ${context}`);
});

export const debounced = register('debounced', async (value) => {
  count('debounced');
  return value;
});
export const debouncer = new Debouncer({ workflow: debounced });
