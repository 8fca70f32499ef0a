import type { Engine } from './engine.ts';

/** A port of this machine that leads into a container. */
export interface Published {
  readonly address: string;
  readonly port: number;
}

/** A container as the engine describes it. */
export interface Container {
  readonly name: string;
  /** `created`, `running`, `paused`, `exited` …: as the engine calls it. */
  readonly status: string;
  /** Of its last run. */
  readonly exitCode: number;
  /** As it was named when the container was made. */
  readonly image: string;
  /** The very image that it was made from, which the name may not mean any more. */
  readonly imageId: string;
  /** Where PostgreSQL's port is published when it runs. */
  readonly published: readonly Published[];
  /** All ports that it holds now. */
  readonly held: readonly number[];
  /** The volume at the place of the data; null where that has no name, or is a directory. */
  readonly volume: string | null;
  /** What its environment says; null where nothing. */
  readonly password: string | null;
}

type Bindings = Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;

/** The part that is read of what `docker container inspect` prints; podman prints the same. */
interface Description {
  readonly Name: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly ExitCode: number };
  readonly Config: { readonly Image: string; readonly Env: readonly string[] | null };
  readonly HostConfig: { readonly PortBindings: Bindings | null };
  readonly NetworkSettings: { readonly Ports: Bindings | null };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[] | null;
}

/** Looks for a container by its name. @returns null where there is none @throws UserError where the engine fails */
export async function findContainer(engine: Engine, name: string): Promise<Container | null> {
  // The filter is a regular expression, and takes any part of a name.
  const found = await listContainers(engine, ['--all', '--filter', `name=^${name}$`]);
  return found.find((container) => container.name === name) ?? null;
}

/** The containers that `ls` lists. One that goes away in between is left out. */
export async function listContainers(engine: Engine, filters: readonly string[]): Promise<readonly Container[]> {
  const ids = lines(await engine.ask(['container', 'ls', '--quiet', '--no-trunc', ...filters]));
  if (ids.length === 0) return [];
  const { stdout } = await engine.run(['container', 'inspect', ...ids]);
  return (JSON.parse(stdout || '[]') as readonly Description[]).map(read);
}

/** What an engine prints line by line. */
export const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

const PORT = '5432/tcp';

function read({ Name, Image, State, Config, HostConfig, NetworkSettings, Mounts }: Description): Container {
  const data = (Mounts ?? []).find(({ Destination }) => Destination.startsWith('/var/lib/postgresql'));
  return {
    name: Name.replace(/^\//, ''),
    status: State.Status,
    exitCode: State.ExitCode,
    image: Config.Image,
    imageId: Image,
    published: (HostConfig.PortBindings?.[PORT] ?? []).map(({ HostIp, HostPort }) => ({
      address: HostIp || '0.0.0.0',
      port: Number(HostPort),
    })),
    held: Object.values(NetworkSettings.Ports ?? {}).flatMap((bound) => (bound ?? []).map((to) => Number(to.HostPort))),
    volume: data?.Type === 'volume' && !isAnonymous(data.Name ?? '') ? (data.Name ?? null) : null,
    password: variableIn(Config.Env, 'POSTGRES_PASSWORD'),
  };
}

/** A volume that nobody named is called by a hash. */
const isAnonymous = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** The value of a variable in a list of `NAME=value`; null where it is not there. */
export function variableIn(environment: readonly string[] | null, name: string): string | null {
  const found = environment?.find((entry) => entry.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? null;
}
