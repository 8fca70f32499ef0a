import { readText } from './sources.ts';

/** A command line that a table of the page names. */
export interface CommandLine {
  /** `dbos` in our column; the official columns leave it out. */
  readonly program: string | null;
  /** The words of the command, without arguments: `postgres start`. */
  readonly command: readonly string[];
  readonly flags: readonly string[];
}

type Column = 'TypeScript' | 'Python' | 'Go' | 'here';
const columns: readonly string[] = ['task', 'TypeScript', 'Python', 'Go', 'here'];

/** The page that holds the official command lines against ours. */
export function officialTools(): {
  readonly text: string;
  /** The command lines of a column of its first table. */
  readonly column: (wanted: Column) => readonly CommandLine[];
} {
  const text = readText('docs/from-official-tools.md');
  const [, body = ''] = /^\| task \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(text) ?? [];
  const rows = body.trimEnd().split('\n');
  const column = (wanted: Column): readonly CommandLine[] => {
    const cells = rows.map((row) => row.split('|')[1 + columns.indexOf(wanted)] ?? '');
    return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, span = '']) => commandLineOf(span)));
  };
  return { text, column };
}

function commandLineOf(span: string): CommandLine {
  const words = span.split(' ');
  const program = words[0] === 'dbos' ? 'dbos' : null;
  const rest = program === null ? words : words.slice(1);
  const end = rest.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return {
    program,
    command: end === -1 ? rest : rest.slice(0, end),
    flags: rest.filter((word) => word.startsWith('-')),
  };
}

/** Names of the options that a help text has, of our program and of the official ones. */
export const flagsInHelp = (help: string): readonly string[] =>
  [...help.matchAll(/^ +(-[\w-]+(?:, ?-[\w-]+)*)/gm)].flatMap(([, names = '']) => names.split(/, ?/));
