// Runs the suite of `dbos postgres` with a real Docker daemon. Arguments go to Jest.
//
// The daemon gets a world of its own: namespaces for the network (its port 5432 is free, and no rule of the machine's
// firewall is touched), for mounts and for processes, so that nothing of it outlives this program, however that ends.
// That takes root on Linux. Where it cannot run, the suite says why and its tests count as skipped.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const needed = ['docker', 'dockerd', 'unshare', 'setpriv', 'ip', 'mount'];

/** As many bytes as images and volumes of the suite may take, in memory; a test fills the rest. */
const DISK = '3g';

/** Set where this program runs in the namespaces: what the daemon works in. */
const place = process.env.DOCKER_SUITE;
process.exitCode = await (place === undefined ? runOutside() : runInside(place));

/**
 * Makes the namespaces, and runs this program in them. Their first process is a shell, which reaps what others leave;
 * it is killed, and all of them with it, when this process dies.
 */
async function runOutside() {
  const reason = missing();
  if (reason !== null) return runJest({ DOCKER_SUITE_SKIPPED: reason });
  const directory = mkdtempSync(join(tmpdir(), 'dbos-docker-'));
  const namespaces = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const program = ['sh', '-c', '"$@"; exit $?', 'sh', process.execPath, self, ...process.argv.slice(2)];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...namespaces, ...program], {
    stdio: 'inherit',
    env: { ...process.env, DOCKER_SUITE: directory },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGKILL'));
  const [exitCode] = await once(child, 'close');
  rmSync(directory, { recursive: true, force: true });
  return exitCode ?? 1;
}

function missing() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'it takes root on Linux';
  const absent = needed.filter((program) => spawnSync('which', [program]).status !== 0);
  if (absent.length > 0) return `not installed: ${absent.join(', ')}`;
  const { status, stderr } = spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', '--mount-proc', 'true']);
  return status === 0 ? null : `no namespaces can be made: ${String(stderr).trim()}`;
}

async function runInside(directory) {
  // The socket in it is tried by another user.
  chmodSync(directory, 0o755);
  const data = join(directory, 'data');
  mkdirSync(data);
  spawnSync('ip', ['link', 'set', 'lo', 'up']);
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', data]);
  const daemon = startDaemon(directory, data);
  try {
    const environment = { DOCKER_HOST: `unix://${directory}/docker.sock`, DOCKER_CONFIG: join(directory, 'config') };
    const failure = await waitForDaemon(daemon, directory, environment);
    return await runJest(failure === null ? environment : { DOCKER_SUITE_SKIPPED: failure });
  } finally {
    await stopDaemon(daemon);
  }
}

function startDaemon(directory, data) {
  const log = openSync(join(directory, 'log'), 'a');
  const files = ['--host', `unix://${directory}/docker.sock`, '--pidfile', join(directory, 'pid')];
  return spawn('dockerd', [...files, '--data-root', data, '--exec-root', join(directory, 'exec')], {
    stdio: ['ignore', log, log],
  });
}

/** @returns null once it answers, otherwise why it does not */
async function waitForDaemon(daemon, directory, environment) {
  for (let i = 0; i < 120 && daemon.exitCode === null; i += 1) {
    if (spawnSync('docker', ['info'], { env: { ...process.env, ...environment } }).status === 0) return null;
    await setTimeout(250);
  }
  const said = readFileSync(join(directory, 'log'), 'utf8').trim().split('\n').slice(-3).join('\n');
  return `dockerd does not run here:\n${said}`;
}

async function stopDaemon(daemon) {
  if (daemon.exitCode !== null) return;
  const end = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await end;
}

async function runJest(environment) {
  const args = ['node_modules/jest/bin/jest.js', '--config=jest.docker.config.ts', ...process.argv.slice(2)];
  const jest = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...environment,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  });
  const [exitCode] = await once(jest, 'close');
  return exitCode ?? 1;
}
