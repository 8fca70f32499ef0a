import { isOnServer, type Segment, type Statement } from '../model/plan.ts';
import { singleLine } from '../sql/quote.ts';
import { renamesOf } from './likely-renames.ts';
import type { DatabaseView, RunView } from './view.ts';

/**
 * The exact SQL of a run as a script for psql or sqlite3: it stops at the first error, and everything that is not
 * SQL of the plan is a comment.
 */
export function planSql({ databases, commands }: RunView): string {
  const pending = databases.filter(({ plan }) => plan.segments.length > 0);
  if (pending.length === 0 && commands.length === 0) return '-- Nothing to do.\n';
  const blocks = pending.map((view, i) => databaseLines(view, pending[i - 1]));
  const nothing = pending.length === 0 ? ['-- Nothing to do in the databases.'] : [];
  const last = [...nothing, ...commandLines(commands)];
  return `${[...blocks, last].flatMap((lines) => (lines.length === 0 ? [] : [lines.join('\n')])).join('\n\n')}\n`;
}

/** https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-VARIABLES-ON-ERROR-STOP, https://www.sqlite.org/cli.html */
const stopAtErrors = { postgres: '\\set ON_ERROR_STOP on', sqlite: '.bail on' } as const;

function databaseLines(view: DatabaseView, previous: DatabaseView | undefined): readonly string[] {
  const { segments } = view.plan;
  const elsewhere = segments.filter(isOnServer);
  const lines = (those: readonly Segment[]): readonly string[] =>
    those.flatMap((segment) => segmentLines(segment, view.begin));
  return [
    comment(`${view.title}: ${view.url}`),
    ...view.obstacles.map(({ what }) => comment(what)),
    ...view.unread.map((what) => comment(`not looked at: ${what}`)),
    ...renamesOf(view).map(({ text, sql }) => comment(`${text} ${sql}`)),
    ...(previous?.dialect === view.dialect ? [] : [stopAtErrors[view.dialect]]),
    ...(view.connectServer === null || elsewhere.length === 0 ? [] : [view.connectServer]),
    ...lines(elsewhere),
    ...(view.connect === null ? [] : [view.connect]),
    ...view.session.map((text) => `${text};`),
    ...lines(segments.filter((segment) => !isOnServer(segment))),
  ];
}

/** A segment as a script has it. @param begin what each transaction starts with */
export function segmentLines({ transaction, statements }: Segment, begin: readonly string[]): readonly string[] {
  const lines = statements.flatMap(statementLines);
  return transaction ? [...begin.map((text) => `${text};`), ...lines, 'COMMIT;'] : lines;
}

/** Who reads the script should know before which statement to think. */
const statementLines = ({ sql, hazards }: Statement): readonly string[] => [
  ...hazards.map(({ name, why }) => comment(`${name}: ${why}`)),
  `${sql};`,
];

function commandLines(commands: readonly string[]): readonly string[] {
  if (commands.length === 0) return [];
  return [
    '-- Then these commands run:',
    ...commands.flatMap((command) =>
      command.split(/\r\n|[\n\r\u2028\u2029\u0085]/).map((line) => comment(`  ${line}`)),
    ),
  ];
}

const comment = (text: string): string => `-- ${singleLine(text)}`;
