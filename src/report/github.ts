import { statementsOf } from '../model/plan.ts';
import { hazardNames } from '../model/hazard.ts';
import { isDrifted } from '../planner/drift.ts';
import { outlineOf } from './outline.ts';
import { planMarkdown } from './plan-markdown.ts';
import { headlineOf, worstOf } from './verdict.ts';
import type { DatabaseView, RunView } from './view.ts';
import { listed } from './words.ts';

/** What a workflow of GitHub is told of a run: in its log, on its page, and in what its later steps can read. */
export interface GithubReport {
  /** Workflow commands, a line each. */
  readonly log: string;
  readonly summary: string;
  /** Lines `name=value`; all values are words and figures of ours. */
  readonly outputs: string;
}

type Level = 'error' | 'warning' | 'notice';

/** @param isCheck whether a difference is what makes the run fail */
export const githubReport = (run: RunView, isCheck: boolean): GithubReport => ({
  log: run.databases.flatMap((view) => annotations(view, isCheck)).join(''),
  summary: planMarkdown(run),
  outputs: outputsOf(run),
});

/** The verdict, what is in the way, what can break the runtime, and each hazard. */
function annotations(view: DatabaseView, isCheck: boolean): readonly string[] {
  const { title, obstacles, unmanaged } = view;
  const outline = outlineOf(view);
  return [
    annotation(isCheck && isDrifted(view) ? 'error' : 'notice', title, headlineOf(view, outline)),
    ...obstacles.map(({ what, remedy }) => annotation('error', `${title}: in the way`, `${what}\n${remedy}`)),
    ...unmanaged.flatMap(({ id, danger, mend }) =>
      danger === null ? [] : [annotation('error', `${title}: ${id}`, `${danger}${mend === null ? '' : `\n${mend};`}`)],
    ),
    ...outline.hazards.map(({ name, cases }) => {
      const whys = cases.flatMap(({ reasons }) => reasons.map(({ why }) => why));
      return annotation('warning', `${title}: ${name}`, listed([...new Set(whys)], 20));
    }),
  ];
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
const annotation = (level: Level, title: string, message: string): string =>
  `::${level} title=${escapedProperty(title)}::${escaped(message)}\n`;

/** As GitHub's own toolkit does: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapedProperty = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

function outputsOf({ databases }: RunView): string {
  const found = new Set(
    databases.flatMap(({ plan }) => statementsOf(plan)).flatMap(({ hazards }) => hazards.map(({ name }) => name)),
  );
  const outputs = {
    verdict: worstOf(databases),
    changes: databases.reduce((sum, { plan }) => sum + plan.changes.length, 0),
    drift: databases.some(isDrifted),
    hazards: hazardNames.filter((name) => found.has(name)).join(','),
  };
  return Object.entries(outputs)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
