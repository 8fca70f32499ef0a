import { appendFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { githubReport } from '../report/github.ts';
import type { RunView } from '../report/view.ts';
import type { Context } from './context.ts';

/**
 * Appends to the files that GitHub gives to a step; outside of a workflow there are none, and nothing is written.
 * @returns what goes to the log
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files
 * @throws UserError for a file that cannot be written
 */
export async function reportToGithub(run: RunView, isCheck: boolean, { env, cwd }: Context): Promise<string> {
  const { log, summary, outputs } = githubReport(run, isCheck);
  await append('GITHUB_STEP_SUMMARY', summary, { env, cwd });
  await append('GITHUB_OUTPUT', outputs, { env, cwd });
  return log;
}

async function append(variable: string, text: string, { env, cwd }: Pick<Context, 'env' | 'cwd'>): Promise<void> {
  const path = env[variable];
  if (path === undefined || path === '') return;
  try {
    await appendFile(resolve(cwd, path), text);
  } catch (cause) {
    throw new UserError(
      `the file of ${variable} cannot be written (${String((cause as NodeJS.ErrnoException).code)})`,
      {
        where: path,
        hint: `let ${variable} name a file that can be written, or unset it`,
        cause,
      },
    );
  }
}
