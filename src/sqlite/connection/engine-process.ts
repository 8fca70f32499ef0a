/**
 * The program of the process in which the driver works for another one. It ends by being killed: by that one, or by a
 * thread of its own once that one is gone, since this thread hears of nothing while a statement runs.
 */
import { Worker } from 'node:worker_threads';
import { codeOf, DriverError, openDriver, perform } from './driver.ts';
import type { Answer, Question } from './engine-apart.ts';

const [path = '', timeout] = process.argv.slice(2);

// The input ends with the other process.
const watch = `try { require('node:fs').readSync(0, Buffer.alloc(1)); } finally { process.kill(process.pid, 'SIGKILL'); }`;
new Worker(watch, { eval: true }).unref();

// A supervisor may send these to all processes of a program; the other one decides what becomes of them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const opened = openDriver(path, { timeout: Number(timeout) });
// That it could not be opened is the answer to the first question.
opened.catch(() => {});

process.on('message', (question: Question) => {
  void answerTo(question).then((answer) => process.send?.(answer));
});

async function answerTo(question: Question): Promise<Answer> {
  let inTransaction = false;
  try {
    const database = await opened;
    if ('close' in question) database.close();
    try {
      return { rows: 'sql' in question ? perform(database, question.sql) : [], inTransaction: database.inTransaction };
    } finally {
      ({ inTransaction } = database);
    }
  } catch (error) {
    const isPartial = error instanceof DriverError && error.isPartial;
    return { message: (error as Error).message, code: codeOf(error), isPartial, inTransaction };
  }
}
