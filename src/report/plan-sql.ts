import type { Statement } from '../model/plan.ts';
import { singleLine } from '../sql/quote.ts';
import type { DatabaseView, RunView } from './view.ts';

/**
 * The exact SQL of a run as a script for psql or sqlite3: it stops at the first error, and everything that is not
 * SQL of the plan is a comment.
 */
export function planSql({ databases, commands }: RunView): string {
  const pending = databases.filter(({ plan }) => plan.statements.length > 0);
  if (pending.length === 0 && commands.length === 0) return '-- Nothing to do.\n';
  const blocks = pending.map((view, i) => databaseLines(view, pending[i - 1]));
  const nothing = pending.length === 0 ? ['-- Nothing to do in the databases.'] : [];
  const last = [...nothing, ...commandLines(commands)];
  return `${[...blocks, last].flatMap((lines) => (lines.length === 0 ? [] : [lines.join('\n')])).join('\n\n')}\n`;
}

/** https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-VARIABLES-ON-ERROR-STOP, https://www.sqlite.org/cli.html */
const stopAtErrors = { postgres: '\\set ON_ERROR_STOP on', sqlite: '.bail on' } as const;

function databaseLines(view: DatabaseView, previous: DatabaseView | undefined): readonly string[] {
  const { statements } = view.plan;
  const elsewhere = statements.filter(({ on }) => on === 'server');
  const here = statements.filter(({ on }) => on === 'database');
  return [
    comment(`${view.title}: ${view.url}`),
    ...(previous?.dialect === view.dialect ? [] : [stopAtErrors[view.dialect]]),
    ...(view.connectServer === null || elsewhere.length === 0 ? [] : [view.connectServer]),
    ...elsewhere.map(sql),
    ...(view.connect === null ? [] : [view.connect]),
    ...transactions(here, view.begin),
  ];
}

function transactions(statements: readonly Statement[], begin: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let inside = false;
  for (const statement of statements) {
    if (statement.transactional && !inside) lines.push(...begin.map((text) => `${text};`));
    if (!statement.transactional && inside) lines.push('COMMIT;');
    inside = statement.transactional;
    lines.push(sql(statement));
  }
  return inside ? [...lines, 'COMMIT;'] : lines;
}

const sql = (statement: Statement): string => `${statement.sql};`;

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
