import { execFile } from 'node:child_process';
import { runCli } from '../../cli/run.ts';
import { type CliResult, bareEnvironment, programPath, runCli as runProgram } from '../cli.ts';
import type { Given } from './case.ts';

/** The user that everybody else is: https://www.debian.org/doc/debian-policy/ch-opersys.html#uid-and-gid-classes */
const nobody = 65534;

/** Root may read and write all files, so that who runs the tests as root runs these as nobody. */
function asStranger({ args }: Given): Promise<CliResult> {
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  return new Promise((resolve) => {
    const options = { env: bareEnvironment(), cwd: '/', ...user };
    execFile(process.execPath, [programPath(), ...args], options, (error, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: typeof error?.code === 'number' ? error.code : 0 }),
    );
  });
}

/** Runs the command line, and puts away what was made for it. */
export async function runCase(given: Given): Promise<CliResult> {
  try {
    if (given.isStranger === true) return await asStranger(given);
    return await (given.isProgram === true ? runProgram : runCli)(given.args, given.options);
  } finally {
    await given.after?.();
  }
}
