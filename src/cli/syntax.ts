import { UserError } from '../model/errors.ts';
import type { CommandClass } from 'clipanion';
import { notShown, oneLine } from '../secrets/printable.ts';
import { flagNamed, flags, namesOf } from './flags.ts';
import { nearest } from '../model/nearest.ts';
import type { Context } from './context.ts';

/** A command as its words and flags say it, the longest path first. */
export interface Grammar {
  /** All words that lead to it: `postgres start`. */
  readonly paths: readonly (readonly string[])[];
  /** All names of all its flags. */
  readonly flags: readonly string[];
  /** How many words may stand behind it, beside its flags. */
  readonly words: number;
}

/** Splits a command line into the command that it means and what stands behind that; null where it means none. */
export function commandOf<C extends Pick<CommandClass<Context>, 'paths'>>(
  argv: readonly string[],
  commands: readonly C[],
): { readonly command: C; readonly path: readonly string[] } | null {
  const found = commands
    .flatMap((command) => (command.paths ?? []).map((path) => ({ command, path })))
    .filter(({ path }) => path.length > 0 && path.every((word, i) => argv[i] === word))
    .toSorted((a, b) => b.path.length - a.path.length);
  return found[0] ?? null;
}

const listsCommands = '`dbos help` lists the commands';

/** What is wrong with a command line that the parser refused, told by its first word that nobody knows. */
export function syntaxError(argv: readonly string[], grammars: readonly Grammar[]): UserError {
  const found = commandOf(
    argv,
    grammars.map((grammar) => ({ ...grammar, paths: grammar.paths.map((path) => [...path]) })),
  );
  if (found === null || isStrangeInGroup(argv, found.path, grammars)) return unknownCommand(argv, grammars);
  const { command, path } = found;
  const isCommand = path.every((word) => !word.startsWith('-'));
  const help = isCommand ? `\`dbos ${path.join(' ')} --help\` lists the options` : listsCommands;
  const known = [...command.flags, ...namesOf(flags.help)];
  return mistakeIn(argv.slice(path.length), { ...command, flags: known }, help);
}

/** Whether a word stands where commands of a group have theirs, as in `postgres strat`. */
function isStrangeInGroup(argv: readonly string[], path: readonly string[], grammars: readonly Grammar[]): boolean {
  const isWord = (word: string | undefined): boolean => word !== undefined && !word.startsWith('-');
  const paths = grammars.flatMap((grammar) => grammar.paths);
  return (
    isWord(argv[path.length]) &&
    paths.some((longer) => isWord(longer[path.length]) && path.every((word, i) => longer[i] === word))
  );
}

function unknownCommand(argv: readonly string[], grammars: readonly Grammar[]): UserError {
  const paths = grammars.flatMap((grammar) => grammar.paths).filter((path) => path.length > 0);
  const [word] = argv;
  if (word === undefined) return new UserError('the command line cannot be read', { hint: listsCommands });
  if (word.startsWith('-')) return unknown('option', nameOf(word), [], listsCommands);
  const group = paths.filter(([first, second]) => first === word && second !== undefined);
  const known = group.length === 0 ? paths.map((path) => path.join(' ')) : group.map((path) => path.join(' '));
  const words = argv.slice(0, group.length === 0 ? 1 : 2).filter((part) => !part.startsWith('-'));
  const isNear = nearest(words.join(' '), known) !== undefined;
  const told = words.map((part, i) => (isNear || i < words.length - 1 ? part : shown(part)));
  const help = group.length === 0 ? listsCommands : `\`dbos ${word} --help\` lists the commands`;
  return unknown('command', told.join(' '), known, help);
}

/** The first flag that nobody knows comes before other mistakes: the rest may be its doing. */
function mistakeIn(rest: readonly string[], { flags: known, words }: Omit<Grammar, 'paths'>, help: string): UserError {
  const names = rest.filter((word) => word.startsWith('-')).map(nameOf);
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) return unknown('option', strange, known, help);
  let free = words;
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i] ?? '';
    const mistake = word.startsWith('-') ? mistakeAt(word, rest[i + 1]) : unexpected(word, free);
    if (!word.startsWith('-')) free -= 1;
    if (mistake !== null) return new UserError(mistake, { hint: hintFor(word, help) });
    if (takesValue(word) && !word.includes('=')) i += 1;
  }
  return new UserError('the command line cannot be read', { hint: help });
}

const hintFor = (word: string, help: string): string =>
  word.includes('://') ? `a URL stands behind --sys-db-url; ${help}` : help;

/** @param free how many words may stand there */
const unexpected = (word: string, free: number): string | null =>
  free > 0 ? null : `unexpected argument ${shown(word)}`;

/** A short flag is one letter: what is glued to it may be a password, and is never shown. */
const nameOf = (word: string): string => (word.startsWith('--') ? (word.split('=', 1)[0] ?? word) : word.slice(0, 2));

const takesValue = (word: string): boolean => (flagNamed(nameOf(word))?.value ?? null) !== null;

function mistakeAt(word: string, next: string | undefined): string | null {
  const name = nameOf(word);
  if (word.length > 2 && !word.startsWith('--')) return `${name} needs a blank behind it`;
  const [, value] = word.split('=', 2);
  if (!takesValue(word)) return value === undefined ? null : `${name} takes no value`;
  return value === undefined && (next === undefined || next.startsWith('-')) ? `${name} needs a value` : null;
}

/** An argument in the wrong place may be a password. A URL is masked with the message that it stands in. */
const shown = (word: string): string => (/^[a-z][\w+.-]*:\/\//i.test(word) ? oneLine(word) : notShown);

const unknown = (what: string, word: string, known: readonly string[], help: string): UserError => {
  const meant = nearest(word, known);
  return new UserError(`unknown ${what} ${oneLine(word)}`, {
    hint: meant === undefined ? help : `did you mean ${meant}? ${help}`,
  });
};
