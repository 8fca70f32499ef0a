import type { CommandClass, Definition } from 'clipanion';
import type { Context } from './context.ts';
import { type Argument, type Flag, flags } from './flags.ts';

/** A command as it is registered. */
export type Known = CommandClass<Context> & {
  /** The word that stands behind it. */
  readonly argument?: Argument;
  /** What it does, for one that has no usage: it explains others, and has no help of its own. */
  readonly about?: string;
};

/** Of what the help, the completion of shells and the man page are made. */
export interface Manual {
  readonly label: string;
  readonly version: string;
  readonly commands: readonly Known[];
  readonly definitions: readonly Definition[];
}

/** One command that has a help. */
export interface Entry {
  /** All words that lead to it, the usual ones first. */
  readonly paths: readonly (readonly string[])[];
  /** As it is given: `dbos postgres start`. */
  readonly name: string;
  readonly argument: Argument | null;
  readonly about: string;
  readonly flags: readonly Flag[];
  /** Paragraphs, code in backquotes. */
  readonly details: string;
  /** What each is for, and the line. */
  readonly examples: readonly (readonly [string, string])[];
}

/** All commands that have a help, in the order in which they are listed. */
export const entriesOf = ({ commands, definitions }: Manual): readonly Entry[] =>
  commands.flatMap((command) => {
    const definition = definitionOf(command, definitions);
    return definition === undefined ? [] : [entryOf(command, definition)];
  });

const definitionOf = ({ paths }: Known, definitions: readonly Definition[]): Definition | undefined => {
  const name = ['dbos', ...(paths?.[0] ?? [])].join(' ');
  return definitions.find(({ path }) => path === name);
};

const entryOf = ({ paths = [], usage, argument }: Known, definition: Definition): Entry => ({
  paths,
  name: definition.path,
  argument: argument ?? null,
  about: definition.description?.trim() ?? '',
  flags: definition.options.map(flagOf),
  details: usage?.details ?? '',
  examples: (usage?.examples ?? []).map(([about, line]) => [about, line.replace('$0', 'dbos')]),
});

/** Several flags may have one name, each at a command of its own: what they say tells them apart. */
function flagOf(option: Definition['options'][number]): Flag {
  const names = optionNames(option).join(',');
  const found = Object.values<Flag>(flags).find((flag) => flag.names === names && flag.about === option.description);
  if (found === undefined) throw new Error(`the option ${names} is none of flags.ts`);
  return found;
}

/** The parser keeps an option as its names and the places of its values: `-s,--sys-db-url #0`. */
const optionNames = ({ definition }: Definition['options'][number]): readonly string[] =>
  (definition.split(' ')[0] ?? '').split(',');

/** All names of all flags of a command. */
export const flagNamesOf = (command: Known, { definitions }: Pick<Manual, 'definitions'>): readonly string[] =>
  definitionOf(command, definitions)?.options.flatMap(optionNames) ?? [];

export const usageLine = ({ name, flags: all, argument }: Entry): string =>
  [name, ...all.map((flag) => `[${flagText(flag)}]`), ...(argument === null ? [] : [argument.values.join('|')])]
    .map((part) => part.replaceAll(' ', '\u00a0'))
    .join(' ');

export const flagText = ({ names, value }: Flag): string => (value === null ? names : `${names} ${value}`);

/** What a flag is, and which variables say the same. */
export const flagAbout = ({ about, variables = [] }: Flag): string =>
  variables.length === 0 ? about : `${about}; otherwise ${variables.join(' or ')}`;

/** The forms of a URL. */
export const urlForms = [
  'postgresql://user:password@host:5432/database?sslmode=require',
  'sqlite:///./relative/file.sqlite',
  'sqlite:////absolute/file.sqlite',
] as const;
