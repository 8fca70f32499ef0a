// What the newest TypeScript runtime must be able to do, by name.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import * as app from './workflows.mjs';

const { failing, parent, stubborn } = app;

async function until(holds, milliseconds = 15_000) {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain: ${holds}`);
    await sleep(50);
  }
}

const quick = { minPollingIntervalMs: 50 };
const enqueue = (queueName, enqueueOptions, ...args) =>
  DBOS.startWorkflow(app.note, { queueName, enqueueOptions })(...args);
const startedAt = async (handle) => (await handle.getStatus()).dequeuedAt ?? (await handle.getStatus()).createdAt;

export const checks = {
  async workflow() {
    const handle = await DBOS.startWorkflow(app.add)(1, 2);
    assert.deepEqual(await handle.getResult(), { sum: 3, at: new Date(0), text: 'ü' });
    const status = await handle.getStatus();
    assert.equal(status.status, 'SUCCESS');
    assert.deepEqual(status.input, [1, 2]);
    await assert.rejects(failing(), /meant to fail/);
    assert.equal(await parent('three is'), 'three is 3');
  },

  async steps() {
    const handle = await DBOS.startWorkflow(app.add)(20, 22);
    await handle.getResult();
    const steps = await DBOS.listWorkflowSteps(handle.workflowID);
    assert.deepEqual(
      steps.map(({ name }) => name),
      ['sum', 'describe'],
    );
    assert.equal(steps[0].output, 42);
    assert.equal(await stubborn(), 'done');
    assert.equal(app.runsOf('stubborn'), 3);
  },

  async queue() {
    await DBOS.registerQueue('plain', quick);
    const handles = await Promise.all(['a', 'b', 'c'].map((text) => enqueue('plain', {}, text)));
    assert.deepEqual(await Promise.all(handles.map((handle) => handle.getResult())), ['a', 'b', 'c']);
    assert.deepEqual((await DBOS.listQueues()).map(({ name }) => name).includes('plain'), true);
  },

  async priority() {
    await DBOS.registerQueue('urgent', { ...quick, globalConcurrency: 1 });
    const blocker = await enqueue('urgent', { priority: 1 }, 'blocker', 3_000);
    await until(() => app.noted.includes('blocker'));
    const handles = [];
    for (const priority of [30, 10, 20]) handles.push(await enqueue('urgent', { priority }, `priority ${priority}`));
    await Promise.all([blocker, ...handles].map((handle) => handle.getResult()));
    assert.deepEqual(
      app.noted.filter((text) => text.startsWith('priority')),
      ['priority 10', 'priority 20', 'priority 30'],
    );
  },

  async deduplication() {
    await DBOS.registerQueue('once', quick);
    const first = await enqueue('once', { deduplicationID: 'same', delaySeconds: 3 }, 'first');
    await assert.rejects(enqueue('once', { deduplicationID: 'same' }, 'second'), { name: 'DBOSQueueDuplicatedError' });
    assert.equal(await first.getResult(), 'first');
    assert.equal(await (await enqueue('once', { deduplicationID: 'same' }, 'third')).getResult(), 'third');
  },

  async partitions() {
    await DBOS.registerQueue('divided', { ...quick, partitionConcurrency: 1 });
    const start = (queuePartitionKey, text) => enqueue('divided', { queuePartitionKey }, text, 2_000);
    const handles = [await start('a', 'a1'), await start('a', 'a2'), await start('b', 'b1')];
    await Promise.all(handles.map((handle) => handle.getResult()));
    const order = app.noted.filter((text) => /^[ab]\d$/.test(text));
    assert.equal(order.at(-1), 'a2');
  },

  async 'rate limit'() {
    await DBOS.registerQueue('slow', { ...quick, rateLimit: { limitPerPeriod: 2, periodSec: 1.5 } });
    const before = Date.now();
    const handles = [];
    for (const text of ['1', '2', '3', '4']) handles.push(await enqueue('slow', {}, text));
    await Promise.all(handles.map((handle) => handle.getResult()));
    assert.ok(Date.now() - before >= 1_400, 'the third had to wait for the next period');
  },

  async delay() {
    await DBOS.registerQueue('later', quick);
    const handle = await enqueue('later', { delaySeconds: 3 }, 'delayed');
    const { status, createdAt } = await handle.getStatus();
    assert.equal(status, 'DELAYED');
    assert.equal(await handle.getResult(), 'delayed');
    assert.ok((await startedAt(handle)) - createdAt >= 2_900);
  },

  async 'send and receive with notify'() {
    const handle = await DBOS.startWorkflow(app.receive)('news');
    assert.equal(await DBOS.getEvent(handle.workflowID, 'ready', 10), true);
    await sleep(300);
    const before = Date.now();
    await DBOS.send(handle.workflowID, { good: true }, 'news', 'only once');
    await DBOS.send(handle.workflowID, { good: true }, 'news', 'only once');
    assert.deepEqual(await handle.getResult(), { good: true });
    assert.ok(Date.now() - before < 10_000, 'only a notification could be in time');
  },

  async events() {
    const handle = await DBOS.startWorkflow(app.publish)();
    assert.deepEqual(await DBOS.getEvent(handle.workflowID, 'answer', 10), { of: 42 });
    assert.equal(await DBOS.getEvent(handle.workflowID, 'nothing', 0.1), null);
  },

  async streams() {
    const handle = await DBOS.startWorkflow(app.publish)();
    const values = [];
    for await (const value of DBOS.readStream(handle.workflowID, 'numbers')) values.push(value);
    assert.deepEqual(values, ['one', 'two', 'three']);
  },

  async schedules() {
    const scheduleName = 'each second';
    await DBOS.createSchedule({ scheduleName, workflowFn: app.scheduled, schedule: '* * * * * *', context: 'tick' });
    await until(() => app.runsOf('scheduled tick') >= 2);
    await DBOS.pauseSchedule(scheduleName);
    assert.equal((await DBOS.getSchedule(scheduleName)).status, 'PAUSED');
    await DBOS.resumeSchedule(scheduleName);
    await (await DBOS.triggerSchedule(scheduleName)).getResult();
    await DBOS.deleteSchedule(scheduleName);
    assert.equal(await DBOS.getSchedule(scheduleName), null);
  },

  async debounce() {
    const handles = [];
    for (const value of [1, 2, 3]) handles.push(await app.debouncer.debounce('key', 2_000, value));
    assert.equal(await handles.at(-1).getResult(), 3);
    assert.equal(app.runsOf('debounced'), 1);
  },

  async 'cancel and resume'() {
    const handle = await DBOS.startWorkflow(app.patient)('calm');
    // A step that has run and is not recorded yet would run again.
    await until(async () => (await DBOS.listWorkflowSteps(handle.workflowID)).some(({ name }) => name === 'first'));
    await DBOS.cancelWorkflow(handle.workflowID);
    assert.equal((await handle.getStatus()).status, 'CANCELLED');
    await DBOS.send(handle.workflowID, 'word', 'word');
    const resumed = await DBOS.resumeWorkflow(handle.workflowID);
    assert.equal(await resumed.getResult(), `calm ${process.pid} word`);
    assert.equal(app.runsOf('first'), 1);
  },

  async fork() {
    const handle = await DBOS.startWorkflow(app.add)(3, 4);
    await handle.getResult();
    const forked = await DBOS.forkWorkflow(handle.workflowID, 1);
    assert.equal((await forked.getResult()).sum, 7);
    assert.equal((await forked.getStatus()).forkedFrom, handle.workflowID);
  },

  async timeout() {
    const handle = await DBOS.startWorkflow(app.note, { timeoutMS: 300 })('too long', 2_000);
    await assert.rejects(handle.getResult());
    assert.equal((await handle.getStatus()).status, 'CANCELLED');
  },

  async 'list and delete'() {
    const handle = await DBOS.startWorkflow(app.publish, { workflowAttributes: { shade: 'blue' } })();
    await handle.getResult();
    const found = await DBOS.listWorkflows({ workflowName: 'publish', attributes: { shade: 'blue' } });
    assert.deepEqual(
      found.map(({ workflowID }) => workflowID),
      [handle.workflowID],
    );
    await DBOS.deleteWorkflow(handle.workflowID);
    assert.equal(await DBOS.getWorkflowStatus(handle.workflowID), null);
    assert.ok((await DBOS.listApplicationVersions()).length > 0);
  },

  async client({ url, schema }) {
    const client = await DBOSClient.create({ systemDatabaseUrl: url, systemDatabaseSchemaName: schema });
    try {
      await client.registerQueue('outside', quick);
      const options = { queueName: 'outside', workflowName: 'note', appVersion: DBOS.applicationVersion };
      const handle = await client.enqueue(options, 'from a client');
      assert.equal(await handle.getResult(), 'from a client');
    } finally {
      await client.destroy();
    }
  },

  async 'SQL function enqueue_workflow'({ url, schema }) {
    await DBOS.registerQueue('sql', quick);
    const [row] = await query(
      url,
      `SELECT "${schema}".enqueue_workflow('note', 'sql', ARRAY['"from SQL"'::json], app_version => $1) AS id`,
      [DBOS.applicationVersion],
    );
    assert.equal(await DBOS.retrieveWorkflow(row.id).getResult(), 'from SQL');
    await assert.rejects(query(url, `SELECT "${schema}".enqueue_workflow('', 'sql')`));
  },

  async 'SQL function send_message'({ url, schema }) {
    const handle = await DBOS.startWorkflow(app.receive)('letter');
    assert.equal(await DBOS.getEvent(handle.workflowID, 'ready', 10), true);
    await query(url, `SELECT "${schema}".send_message($1, '{"by": "SQL"}'::json, 'letter')`, [handle.workflowID]);
    assert.deepEqual(await handle.getResult(), { by: 'SQL' });
    await assert.rejects(query(url, `SELECT "${schema}".send_message('nobody', '1'::json)`), { code: '23503' });
  },

  async 'receiver state'({ url, schema }) {
    const sql = `INSERT INTO "${schema}".event_dispatch_kv VALUES ('s', 'f', 'k', 'v', 1, 2.5)`;
    await query(url, `${sql} ON CONFLICT (service_name, workflow_fn_name, key) DO UPDATE SET value = 'w'`);
  },
};

async function query(url, sql, values) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
