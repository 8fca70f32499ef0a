import { UserError } from '../model/errors.ts';
import { lines, variableIn } from './container.ts';
import type { Engine } from './engine.ts';
import { engineError, messageOf } from './failure.ts';

/** What must be known of an image before it is used. */
export interface Image {
  /** Major version of its PostgreSQL. */
  readonly major: number;
  /** Where the volume goes, so that the data is in it. */
  readonly dataPath: string;
}

/**
 * Reads what an image says of itself. Up to 17 the official images keep the data in a directory of its own; from 18
 * on it is in `<major>/docker` below the place of the volume, and they refuse to start on one that is mounted the old way.
 * https://hub.docker.com/_/postgres
 * @param name or id of an image that is here
 * @throws UserError for one that is not made like the official one
 */
export async function readImage(engine: Engine, name: string): Promise<Image> {
  const printed = await engine.ask(['image', 'inspect', name]);
  const [description] = JSON.parse(printed) as readonly { Config: { Env: readonly string[] | null } | null }[];
  const major = Number(variableIn(description?.Config?.Env ?? [], 'PG_MAJOR') ?? '');
  if (!Number.isInteger(major) || major < 1) {
    throw new UserError(`image ${name} is not made from the official one of PostgreSQL: it does not say its version`, {
      where: `${engine.program} image inspect ${name}`,
      hint: 'name one whose environment has PG_MAJOR, as that of postgres:16 and of what is made from it',
    });
  }
  return { major, dataPath: major >= 18 ? '/var/lib/postgresql' : '/var/lib/postgresql/data' };
}

export const hasImage = async (engine: Engine, name: string): Promise<boolean> =>
  lines(await engine.ask(['image', 'ls', '--quiet', name])).length > 0;

type Words = readonly [message: string, hint: string];

/** What a registry, or the way to it, has against a pull. */
const refusals: readonly { readonly says: RegExp; readonly words: (name: string, program: string) => Words }[] = [
  {
    says: /short-name .* did not resolve/i,
    words: (name) => [
      `it is not said which registry ${name} is of`,
      `name it in full: --image docker.io/${name.includes('/') ? '' : 'library/'}${name}`,
    ],
  },
  {
    says: /toomanyrequests|rate limit/i,
    words: (name, program) => [
      `the registry has had too many requests, and does not give ${name} now`,
      `wait a while, log in with \`${program} login\`, or name an image that is here: --image`,
    ],
  },
  {
    says: /dial tcp|no such host|i\/o timeout|deadline exceeded|TLS handshake|proxyconnect|network is unreachable/i,
    words: (name) => [
      `${name} cannot be pulled: its registry cannot be reached`,
      'look at network and proxy, or name an image that is here: --image',
    ],
  },
  {
    says: /access denied|unauthorized|authentication required|forbidden|denied:/i,
    words: (name, program) => [
      `the registry does not give ${name}: there is no such image, or it takes a login`,
      `correct the name, or log in with \`${program} login\``,
    ],
  },
  {
    says: /manifest unknown|not found|no matching manifest|name unknown/i,
    words: (name) => [`there is no image ${name} for this machine`, 'correct its name, as in postgres:16'],
  },
];

/**
 * Pulls an image, however long that takes.
 * @param show whether the engine's own progress goes to stderr
 * @throws UserError where it cannot be had
 */
export async function pullImage(engine: Engine, name: string, show: boolean): Promise<void> {
  const args = ['image', 'pull', name];
  const end = await engine.run(args, { show, timeout: null });
  if (end.exitCode === 0) return;
  const said = messageOf(end);
  const words = refusals.find(({ says }) => says.test(said))?.words(name, engine.program);
  if (words === undefined) throw engineError(engine, args, end);
  // An engine that tries again says the same several times.
  const [last = ''] = said.split('\n').slice(-1);
  throw new UserError(words[0], { where: `${engine.program} pull ${name}: ${last}`, hint: words[1] });
}
