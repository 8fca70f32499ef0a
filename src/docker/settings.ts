import { UserError } from '../model/errors.ts';
import { MASK } from '../secrets/mask-url.ts';
import { quoted } from '../secrets/printable.ts';

/** The local server as it is asked for. */
export interface ServerSettings {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** A PostgreSQL image, as it is pulled. */
  readonly image: string;
  /** The volume that keeps the data. */
  readonly volume: string;
}

/** The name of the one container that is managed here. */
export const CONTAINER = 'dbos-postgres';

/** What the users' page promises. */
export const defaults: ServerSettings = {
  port: 5432,
  password: 'dbos',
  image: 'postgres:16',
  volume: 'dbos_postgres_data',
};

/** Some of the settings. */
export type GivenSettings = { readonly [K in keyof ServerSettings]?: ServerSettings[K] | undefined };

/** Fills in what is not given. @throws UserError for a value that cannot be meant */
export function completeSettings(given: GivenSettings): ServerSettings {
  const settings: ServerSettings = {
    port: given.port ?? defaults.port,
    password: given.password ?? defaults.password,
    image: given.image ?? defaults.image,
    volume: given.volume ?? defaults.volume,
  };
  const [message, hint] = rules.find(({ holds }) => !holds(settings))?.words(settings) ?? [];
  if (message !== undefined) throw new UserError(message, { hint });
  return settings;
}

interface Rule {
  readonly holds: (settings: ServerSettings) => boolean;
  readonly words: (settings: ServerSettings) => readonly [message: string, hint: string];
}

const rules: readonly Rule[] = [
  {
    holds: ({ port }) => Number.isInteger(port) && port >= 1 && port <= 65_535,
    words: ({ port }) => [`there is no port ${port}`, 'give a number from 1 to 65535'],
  },
  {
    holds: ({ password }) => /^[^\0\n\r]+$/.test(password),
    words: () => [
      'the password is empty, or has a line break in it',
      'PostgreSQL takes none of that kind: give another',
    ],
  },
  {
    // What begins with a hyphen would be a flag of the engine. https://pkg.go.dev/github.com/distribution/reference
    holds: ({ image }) => /^[a-z0-9][\w.:/@-]*$/i.test(image),
    words: ({ image }) => [`an image cannot be named ${quoted(image)}`, 'name one as in postgres:16'],
  },
  {
    // A path would be a directory of this machine. https://docs.docker.com/reference/cli/docker/volume/create/
    holds: ({ volume }) => /^[a-z0-9][\w.-]+$/i.test(volume),
    words: ({ volume }) => [
      `a volume cannot be named ${quoted(volume)}`,
      'take letters, digits, _ . and -; a directory is no volume',
    ],
  },
];

/** How a program connects, on this machine. @param password as it is, or masked */
const urlWith = (port: number, password: string): string =>
  `postgresql://postgres:${password}@localhost:${port}/postgres`;

/** Both forms of the connection string: complete, and as it may be printed. The page's own password is no secret. */
export const urlsOf = ({ port, password }: Pick<ServerSettings, 'port' | 'password'>) => ({
  url: urlWith(port, encodeURIComponent(password)),
  where: urlWith(port, password === defaults.password ? password : MASK),
});
