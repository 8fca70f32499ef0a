import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../model/errors.ts';
import { variable } from './environment.ts';
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
    const value = secret === undefined ? variable(from.environment, name) : await readSecret(secret, from);
    if (value) values.set(placeholder, value);
    else errors.push(secret === undefined ? unset(name, where) : noSecret(secret, where));
  }
  return { text: text.replaceAll(PLACEHOLDER, (placeholder) => values.get(placeholder) ?? placeholder), errors };
}

async function readSecret(name: string, { secretsDirectory }: Substitutions): Promise<string | null> {
  if (/[/\\]|^\.+$/.test(name)) return null;
  try {
    return (await readFile(join(secretsDirectory, name), 'utf8')).trim();
  } catch {
    return null;
  }
}

const unset = (name: string, where: string) =>
  new UserError(`environment variable ${name} is not set`, { where, hint: `set ${name}, or write the value itself` });

const noSecret = (name: string, where: string) =>
  new UserError(`Docker secret ${name} is missing or empty`, { where, hint: 'give the container this secret' });
