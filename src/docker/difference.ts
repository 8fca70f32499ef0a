import { UserError } from '../model/errors.ts';
import type { Container } from './container.ts';
import type { Engine } from './engine.ts';
import { CONTAINER, defaults, type ServerSettings } from './settings.ts';

/** In what a container is not as asked for. */
interface Difference {
  readonly what: string;
  /** The flag that asks for it as it is; null where none can. */
  readonly flag: string | null;
}

/**
 * Compares a container with what is asked for.
 * @throws UserError where they differ: what differs, and what to do
 */
export function refuseOther({ program }: Engine, container: Container, settings: ServerSettings): void {
  const found = differences(container, settings);
  if (found.length === 0) return;
  const isNamed = found.every(({ flag }) => flag !== null);
  const flags = differences(container, defaults).flatMap(({ flag }) => flag ?? []);
  const anew =
    container.volume === null
      ? `put it aside, as its data is in no volume with a name: ${program} rename ${CONTAINER} ${CONTAINER}-old`
      : `make it anew, the data stays in volume ${container.volume}: ${program} rm --force ${CONTAINER}`;
  throw new UserError(`container ${CONTAINER} is there with ${found.map(({ what }) => what).join(', ')}`, {
    where: `container ${CONTAINER} · ${container.status}`,
    hint: isNamed
      ? `use it as it is: ${['dbos postgres start', ...flags].join(' ')}\nor ${anew}; then start again`
      : `${anew}; then start again`,
  });
}

const differences = (container: Container, settings: ServerSettings): readonly Difference[] => [
  ...imageDifference(container, settings),
  ...portDifference(container, settings),
  ...volumeDifference(container, settings),
  ...passwordDifference(container, settings),
];

const imageDifference = ({ image }: Container, wanted: ServerSettings): readonly Difference[] =>
  plainName(image) === plainName(wanted.image)
    ? []
    : [{ what: `image ${image} instead of ${wanted.image}`, flag: `--image ${image}` }];

/** Podman keeps the name of the registry with an image; docker leaves its own out. */
const plainName = (image: string): string =>
  image.replace(/^(?:docker\.io\/(?:library\/)?|localhost\/)/, '').replace(/(?<=^|\/)([^/:@]+)$/, '$1:latest');

function portDifference({ published }: Container, { port }: ServerSettings): readonly Difference[] {
  const [only, ...more] = published;
  if (only === undefined) return [{ what: `no published port instead of ${port}`, flag: null }];
  if (only.address === '127.0.0.1' && more.length === 0) {
    return only.port === port ? [] : [{ what: `port ${only.port} instead of ${port}`, flag: `--port ${only.port}` }];
  }
  const addresses = published.map((at) => `${at.address}:${at.port}`).join(' and ');
  return [{ what: `port ${addresses} instead of 127.0.0.1:${port}`, flag: null }];
}

function volumeDifference({ volume }: Container, wanted: ServerSettings): readonly Difference[] {
  if (volume === wanted.volume) return [];
  return volume === null
    ? [{ what: `no volume of a name instead of ${wanted.volume}`, flag: null }]
    : [{ what: `volume ${volume} instead of ${wanted.volume}`, flag: `--volume ${volume}` }];
}

const passwordDifference = ({ password }: Container, wanted: ServerSettings): readonly Difference[] =>
  password === wanted.password ? [] : [{ what: 'another password', flag: '--password PASSWORD' }];
