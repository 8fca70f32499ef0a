import { readFileSync } from 'node:fs';
import { failed, type Finding, passed } from '../../model/checkup.ts';
import { UserError } from '../../model/errors.ts';
import type { Environment, PostgresTarget, Target } from '../../model/target.ts';
import { maskUrl } from '../../secrets/mask-url.ts';
import { type All, resolveAll } from '../connection/settings.ts';

/** The driver, and where the connection goes with whose name, each part with the place it was taken from. */
export async function approach(target: Target, environment: Environment | null): Promise<readonly Finding[]> {
  if (target.dialect !== 'postgres') throw new Error('not the URL of a PostgreSQL server');
  return [driver(), ...(await address(target, environment))];
}

function driver(): Finding {
  try {
    const manifest = new URL(import.meta.resolve('pg/package.json'));
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
    return passed('driver', `pg ${version}`);
  } catch (error) {
    return failed('driver', `pg cannot be loaded: ${(error as Error).message}`, 'install this program anew: npm ci');
  }
}

/** Nothing where it cannot be made out: the connection fails for the same reason, and says it. */
async function address(target: PostgresTarget, environment: Environment | null): Promise<readonly Finding[]> {
  try {
    const all = await resolveAll(target, environment);
    return [passed('address', [maskUrl(all.url), ...origins(target, all, environment ?? {})].join('; '))];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** The parts that the URL leaves open, and the variables that may say them. */
const open: readonly (readonly [part: string, isOpen: (target: PostgresTarget) => boolean, variable: string])[] = [
  ['host', ({ host }) => host === null, 'PGHOST'],
  ['port', ({ port, ports }) => port === null && ports === undefined, 'PGPORT'],
  ['user', ({ user }) => user === null, 'PGUSER'],
];

function origins(target: PostgresTarget, { servers }: All, environment: Environment): readonly string[] {
  const taken = open.flatMap(([part, isOpen, variable]) =>
    isOpen(target) && environment[variable] ? [`${part} from ${variable}`] : [],
  );
  const [first] = servers;
  if (first === undefined) return taken;
  const { value, source } = first.password;
  const password = value === null ? `no password: ${source}` : `password from ${source}`;
  return [...taken, password, `sslmode ${first.ssl.mode}`];
}
