import { Option } from 'clipanion';
import { UserError } from '../model/errors.ts';
import { idExample, isIdPattern } from '../model/id-pattern.ts';
import { notShown, quoted } from '../secrets/printable.ts';
import type { Argument, ClosedFlag, Flag } from './flags.ts';

type SingleFlag = Flag & { readonly repeats?: never };

type RepeatedFlag = Flag & { readonly repeats: true };

/** An option with a value. As an array, so that a flag which is given twice is seen. */
export const valued = ({ names, about }: Flag) => Option.Array(names, { description: about });

/** An option that is given or not. */
export const given = ({ names, about }: Flag) => Option.Boolean(names, false, { description: about });

/** A word behind the command. It may be missing, so that the command can say what it lacks. */
export const positional = ({ name }: Argument) => Option.String({ name, required: false });

/** @throws UserError for a flag for one value that is given twice: which of the two was meant? */
export function single(values: readonly string[] | undefined, { names }: SingleFlag): string | undefined {
  if (values === undefined || values.length === 0) return undefined;
  if (values.length > 1) {
    throw new UserError(`${longName(names)} is given ${values.length} times`, { hint: 'give it once' });
  }
  return values[0];
}

/** Values of a flag that may be repeated. @throws UserError for one without a value, which would mean nothing */
export function each(values: readonly string[] | undefined, { names }: RepeatedFlag): readonly string[] {
  if (values?.includes(''))
    throw new UserError(`${longName(names)} is empty`, { hint: 'give it a value or leave it out' });
  return values ?? [];
}

/** @throws UserError for a value that is no whole number, and for zero */
export function whole(values: readonly string[] | undefined, flag: SingleFlag): number | undefined {
  const text = single(values, flag);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UserError(
    `${longName(flag.names)} takes a whole number, and not ${/^[-+.,\d]*$/.test(text) ? quoted(text) : notShown}`,
    {
      hint: `give one from 1: ${longName(flag.names)} ${flag.value ?? ''}`,
    },
  );
}

/** The value among those that the flag takes. @throws UserError for another one */
export const oneOf = <W extends string>(word: string, { names, values }: ClosedFlag<W>): W =>
  known(word, values, longName(names));

/** The word among the known ones. @param what what it is one of, as the operator knows it @throws UserError for another one */
export function known<W extends string>(word: string, words: readonly W[], what: string): W {
  const found = words.find((one) => one === word);
  if (found !== undefined) return found;
  const hint = words.length === 1 ? `it takes ${words.join('')}` : `it is one of ${words.join(', ')}`;
  throw new UserError(`${what} ${quoted(word)} is unknown`, { hint });
}

/**
 * Ids of objects, or patterns of them, each with its kind in front.
 * @throws UserError for anything else, as a connection string in the wrong place
 */
export function ids(values: readonly string[] | undefined, flag: RepeatedFlag): readonly string[] {
  const found = each(values, flag);
  if (found.every((id) => isIdPattern(id))) return found;
  throw new UserError(`${longName(flag.names)} takes the id of an object, with its kind in front`, {
    hint: idExample,
  });
}

const longName = (names: string): string => names.split(',').at(-1) ?? names;
