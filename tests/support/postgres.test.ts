import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { Client } from 'pg';
import { startPostgres } from './postgres.ts';

test('a server has databases, a log of messages, and leaves nothing behind', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase('a "b"');
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  await server.mark();
  await server.query("SELECT 1;\nSELECT 'x' AS x", database);
  await server.query('SELECT 2');
  expect(await server.messages(database)).toEqual(["SELECT 1;\nSELECT 'x' AS x"]);
  expect(await server.messages()).toHaveLength(2);
  await server.stop();
  await server.stop();
  expect(existsSync(server.socketDirectory)).toBe(false);
});

test('the password is asked for', async () => {
  const server = await startPostgres({ password: 'secret' });
  try {
    expect(server.url()).toContain('postgres:secret@');
    const client = new Client({ connectionString: server.url('postgres', { password: 'wrong' }), ssl: false });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  } finally {
    await server.stop();
  }
});

test('a server does not outlive the process that started it', async () => {
  const support = fileURLToPath(new URL('postgres.ts', import.meta.url));
  const bundle = buildSync({
    stdin: {
      contents: `import { startPostgres } from './postgres.ts';
        console.log((await startPostgres()).socketDirectory);`,
      resolveDir: dirname(support),
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
  }).outputFiles[0]!.text;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `${bundle}\nsetInterval(() => {}, 1000);`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const directory = line.toString().trim();
  expect(existsSync(directory)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  while (existsSync(directory)) await setTimeout(50);
}, 15_000);
