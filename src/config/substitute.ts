import { join } from 'node:path';
import { UserError } from '../model/errors.ts';
import { quoted } from '../secrets/printable.ts';
import { variable } from './environment.ts';
import { readRegularFile } from './regular-file.ts';
import type { Environment } from '../model/target.ts';

export interface Substitutions {
  readonly environment: Environment;
  /** Where Docker mounts secrets: `/run/secrets`. */
  readonly secretsDirectory: string;
}

const PLACEHOLDER = /\$\{(?:DOCKER_SECRET:(?<secret>[^}]+)|(?<name>[^}]+))\}/g;

/**
 * Puts values in the place of `${VARIABLE}` and `${DOCKER_SECRET:NAME}`. A value is not looked at again.
 * An empty variable counts as not set. Blanks and line breaks around a secret are no part of it.
 * @param where for errors: file, line, column and key
 * @returns the text, or an error for each placeholder without a value
 */
export async function substitute(
  text: string,
  where: string,
  from: Substitutions,
): Promise<{ readonly text: string; readonly errors: readonly UserError[] }> {
  const errors: UserError[] = [];
  const values = new Map<string, string>();
  for (const { 0: placeholder, groups } of text.matchAll(PLACEHOLDER)) {
    const { secret, name = '' } = groups ?? {};
    const found =
      secret === undefined ? (variable(from.environment, name) ?? unset(name, where)) : await read(secret, where, from);
    if (typeof found === 'string') values.set(placeholder, found);
    else errors.push(found);
  }
  return { text: text.replaceAll(PLACEHOLDER, (placeholder) => values.get(placeholder) ?? placeholder), errors };
}

async function read(name: string, where: string, { secretsDirectory }: Substitutions): Promise<string | UserError> {
  const what = `Docker secret ${/^[\w./-]{1,80}$/.test(name) ? name : quoted(name)}`;
  const missing = new UserError(`${what} is missing or empty`, { where, hint: 'give the container this secret' });
  if (/[/\\]|^\.+$/.test(name)) return missing;
  try {
    const bytes = await readRegularFile(join(secretsDirectory, name), { what, where, hint: 'look at its file' });
    return (bytes && new TextDecoder().decode(bytes).trim()) || missing;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** What follows the name is not said: as the default that a shell would take, it may be a password. */
function unset(name: string, where: string): UserError {
  const start = /^\w{1,80}/.exec(name)?.[0] ?? '';
  if (start === name) {
    return new UserError(`environment variable ${name} is not set`, {
      where,
      hint: `set ${name}, or write the value itself`,
    });
  }
  return new UserError(`a placeholder holds more than the name of a variable: \${${start}…}`, {
    where,
    hint: `write \${${start === '' ? 'NAME' : start}}, and set the variable: a placeholder has no default`,
  });
}
