import { UserError } from '../model/errors.ts';
import { lines } from './container.ts';
import type { Engine } from './engine.ts';
import { type Image, readImage } from './image.ts';
import { defaults } from './settings.ts';

export const hasVolume = async (engine: Engine, name: string): Promise<boolean> =>
  lines(await engine.ask(['volume', 'ls', '--quiet', '--filter', `name=${name}`])).includes(name);

/** Prints the path and the content of each PG_VERSION in /volume: of the layout up to 17, and of that from 18 on. */
const READ_VERSIONS =
  'cd /volume && for f in PG_VERSION */docker/PG_VERSION; do [ ! -s "$f" ] || echo "$f $(cat "$f")"; done';

/**
 * Looks into a volume, where it is there, by a container of the image that looks and is gone.
 * @param image name or id
 * @throws UserError where the data in it was made by another major version than the image's
 */
export async function checkVolume(engine: Engine, name: string, image: string): Promise<Image> {
  const facts = await readImage(engine, image);
  if (!(await hasVolume(engine, name))) return facts;
  const mount = ['--volume', `${name}:/volume:ro`];
  const look = ['run', '--rm', '--network', 'none', '--user', '0', '--entrypoint', 'sh', ...mount, image];
  const found = lines(await engine.ask([...look, '-c', READ_VERSIONS])).map((line) => line.split(' '));
  const own = facts.major >= 18 ? `${facts.major}/docker/PG_VERSION` : 'PG_VERSION';
  if (found.some(([path, version]) => path === own && version === String(facts.major))) return facts;
  const [, was] = found.at(-1) ?? [];
  if (was !== undefined) throw otherMajor(engine, name, image, { is: facts.major, was });
  return facts;
}

const otherMajor = (
  { program }: Engine,
  name: string,
  image: string,
  { is, was }: { readonly is: number; readonly was: string },
): UserError =>
  new UserError(`the data in volume ${name} is of PostgreSQL ${was}, which ${image} (${is}) cannot open`, {
    where: `volume ${name} · PG_VERSION`,
    hint: [
      `open it with its own version: dbos postgres start --image postgres:${was}${name === defaults.volume ? '' : ` --volume ${name}`}`,
      `or begin an empty volume: dbos postgres start --volume ${name}_${is}`,
      `or delete the data: ${program} volume rm ${name}`,
      'To move it, dump the one with pg_dumpall and restore into the other.',
    ].join('\n'),
  });
