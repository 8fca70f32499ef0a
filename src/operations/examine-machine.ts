import { runtimeVersion } from '../../schema/index.ts';
import type { Surroundings } from '../docker/engine.ts';
import { lookAtEngine } from '../docker/version.ts';
import { failed, type Finding, passed, warned } from '../model/checkup.ts';
import { oldestNode, toolVersion } from './version.ts';

/** What this program stands on. */
export async function examineMachine(surroundings: Surroundings): Promise<readonly Finding[]> {
  return [
    passed('dbos', `${toolVersion}, for runtime schema ${runtimeVersion}`),
    nodeFinding(process.versions.node),
    await engineFinding(surroundings),
  ];
}

/** @param version of Node: `22.11.0` */
export function nodeFinding(version: string): Finding {
  const [[major = 0, minor = 0], [leastMajor = 0, leastMinor = 0]] = [numbers(version), numbers(oldestNode)];
  const isOld = major < leastMajor || (major === leastMajor && minor < leastMinor);
  const seen = `Node ${version}`;
  if (!isOld) return passed('node', seen);
  return failed('node', `${seen} is too old`, `install Node ${oldestNode} or newer: https://nodejs.org`);
}

const numbers = (version: string): readonly number[] => version.split('.').map(Number);

/** No database needs one, so that nothing is wrong without it. */
async function engineFinding(surroundings: Surroundings): Promise<Finding> {
  const engine = await lookAtEngine(surroundings);
  if (engine === null) {
    const seen = 'neither Docker nor Podman is there: only dbos postgres needs one';
    return { name: 'docker', state: 'unknown', seen, todo: null };
  }
  const { version, failure } = engine;
  if (failure === null) return passed('docker', version);
  const seen = `${version}: ${failure.message}; only dbos postgres needs it`;
  return warned('docker', seen, failure.hint ?? 'see whether it answers to `docker info`');
}
