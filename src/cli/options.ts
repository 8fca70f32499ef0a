import { Option } from 'clipanion';
import { UserError } from '../model/errors.ts';
import { idExample, isIdPattern } from '../model/id-pattern.ts';
import { notShown, quoted } from '../secrets/printable.ts';
import type { Flag } from './flags.ts';

/** An option with a value. As an array, so that a flag which is given twice is seen. */
export const valued = ({ names, about }: Flag) => Option.Array(names, { description: about });

/** An option that is given or not. */
export const given = ({ names, about }: Flag) => Option.Boolean(names, false, { description: about });

/** @throws UserError for a flag for one value that is given twice: which of the two was meant? */
export function single(values: readonly string[] | undefined, { names }: Flag): string | undefined {
  if (values === undefined || values.length === 0) return undefined;
  if (values.length > 1) {
    throw new UserError(`${longName(names)} is given ${values.length} times`, { hint: 'give it once' });
  }
  return values[0];
}

/** Values of a flag that may be repeated. @throws UserError for one without a value, which would mean nothing */
export function each(values: readonly string[] | undefined, { names }: Flag): readonly string[] {
  if (values?.includes(''))
    throw new UserError(`${longName(names)} is empty`, { hint: 'give it a value or leave it out' });
  return values ?? [];
}

/** @throws UserError for a value that is no whole number, and for zero */
export function whole(values: readonly string[] | undefined, flag: Flag): number | undefined {
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

/** The word among the known ones. @throws UserError for another one */
export function oneOf<W extends string>(known: readonly W[], word: string, { names }: Flag): W {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  throw new UserError(`${longName(names)} ${quoted(word)} is unknown`, { hint: `it is one of ${known.join(', ')}` });
}

/**
 * Ids of objects, or patterns of them, each with its kind in front.
 * @throws UserError for anything else, as a connection string in the wrong place
 */
export function ids(values: readonly string[] | undefined, flag: Flag): readonly string[] {
  const found = each(values, flag);
  if (found.every((id) => isIdPattern(id))) return found;
  throw new UserError(`${longName(flag.names)} takes the id of an object, with its kind in front`, {
    hint: idExample,
  });
}

const longName = (names: string): string => names.split(',').at(-1) ?? names;
