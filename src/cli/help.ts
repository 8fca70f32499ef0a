import type { CommandClass, Definition } from 'clipanion';
import type { Context } from './context.ts';
import { type Flag, flagNamed } from './flags.ts';
import { wrapped } from './wrap.ts';

/** Columns of the narrowest terminal that anybody has. */
const width = 80;

type Known = CommandClass<Context>;

/** What a help text is made from. */
export interface Manual {
  readonly label: string;
  readonly version: string;
  readonly commands: readonly Known[];
  readonly definitions: readonly Definition[];
}

const urlForms = [
  'postgresql://user:password@host:5432/database?sslmode=require',
  'sqlite:///./relative/file.sqlite',
  'sqlite:////absolute/file.sqlite',
];

/**
 * The list of all commands, each with its flags.
 * @param group first word of the commands that are wanted; all unless given
 */
export function overview({ label, version, commands, definitions }: Manual, group?: string): string {
  const entries = commands
    .filter(({ usage, paths }) => usage !== undefined && (group === undefined || paths?.[0]?.[0] === group))
    .flatMap((command) => definitionOf(command, definitions) ?? [])
    .map((definition) =>
      [
        ...wrapped(usageLine(definition), { first: '  ', rest: '      ', width }),
        ...wrapped(definition.description?.trim() ?? '', { first: '    ', rest: '    ', width }),
      ].join('\n'),
    );
  const command = ['dbos', ...(group === undefined ? [] : [group]), 'COMMAND'].join(' ');
  return [
    `${label} - ${version}`,
    `Usage: ${command} [options]`,
    entries.join('\n\n'),
    `\`${command} --help\` explains one command${group === undefined ? '; `dbos --version` prints the version' : ''}.\n`,
  ].join('\n\n');
}

/** The help of one command. */
export function manualPage(command: Known, { definitions }: Manual): string {
  const definition = definitionOf(command, definitions);
  if (definition === undefined) throw new Error('a command without a definition');
  const { usage } = command;
  const flags = flagsOf(definition);
  return [
    ...wrapped(definition.description?.trim() ?? '', { first: '', rest: '', width }),
    ['Usage', ...wrapped(usageLine(definition), { first: '  ', rest: '      ', width })].join('\n'),
    ['Options', ...flags.flatMap(optionLines)].join('\n'),
    ...(flags.some(({ value }) => value === 'URL')
      ? [['URLs', ...urlForms.map((form) => `  ${form}`)].join('\n')]
      : []),
    ['Details', paragraphs(usage?.details ?? '')].join('\n'),
    ['Examples', ...(usage?.examples ?? []).map(exampleText)].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

const definitionOf = (command: Known, definitions: readonly Definition[]): Definition | undefined => {
  const path = ['dbos', ...(command.paths?.[0] ?? [])].join(' ');
  return definitions.find((definition) => definition.path === path);
};

const flagsOf = ({ options }: Definition): readonly Flag[] =>
  options.flatMap((option) => flagNamed(namesOf(option).at(-1) ?? '') ?? []);

/** The parser keeps an option as its names and the places of its values: `-s,--sys-db-url #0`. */
export const namesOf = ({ definition }: Definition['options'][number]): readonly string[] =>
  (definition.split(' ')[0] ?? '').split(',');

const usageLine = (definition: Definition): string =>
  [definition.path, ...flagsOf(definition).map((flag) => `[${flagText(flag)}]`)]
    .map((part) => part.replaceAll(' ', '\u00a0'))
    .join(' ');

const flagText = ({ names, value }: Flag): string => (value === null ? names : `${names} ${value}`);

/** Two columns; a flag too long for the first one has a line of its own. */
function optionLines(flag: Flag): readonly string[] {
  const { about, variables = [] } = flag;
  const text = variables.length === 0 ? about : `${about}; otherwise ${variables.join(' or ')}`;
  return wrapped(text, { first: `  ${flagText(flag).padEnd(22)}  `, rest: ' '.repeat(26), width });
}

const paragraphs = (text: string): string =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => wrapped(paragraph, { first: '  ', rest: '  ', width }).join('\n'))
    .join('\n\n');

const exampleText = ([about, line]: readonly [string, string]): string =>
  `  ${about}\n  $ ${line.replace('$0', 'dbos')}\n`;
