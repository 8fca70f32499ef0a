import type { Migrator, Release, Runtime } from './release.ts';

/** The objects of a state: hashes by id. */
export type Snapshot = ReadonlyMap<string, string>;

/** One state, with the releases that leave it. */
export interface State {
  readonly language: string;
  readonly version: number | null;
  /** Names; none where only an interrupted migration leaves it. */
  readonly releases: readonly string[];
  /** Releases that made the database, where that still shows. */
  readonly begun: readonly string[];
  /** Whether it was made for an application that polls. */
  readonly isQuiet: boolean;
  readonly snapshot: Snapshot;
}

/** A new, empty database. */
export interface Site {
  readonly url: string;
  look(): Promise<Snapshot>;
  remove(): Promise<void>;
}

export type NewSite = () => Promise<Site>;

/**
 * Records all that the releases of one runtime leave. Their histories are not the same: what stands in one under a
 * number was rewritten later, and a database keeps what the release of its time made of it. So three ways are gone:
 * the newest release's own history, number by number; each release on a new database; and each database that such a
 * release leaves, led through all later releases one by one, and straight to the newest.
 */
export class Recorder {
  readonly #runtime: Runtime;
  readonly #newSite: NewSite;
  readonly #states: State[] = [];

  constructor(runtime: Runtime, newSite: NewSite) {
    this.#runtime = runtime;
    this.#newSite = newSite;
  }

  async record(options: { readonly quiet: boolean }): Promise<readonly State[]> {
    const { releases } = this.#runtime;
    const newest = releases.at(-1)!;
    await this.#on(newest, newest.versions, []);
    for (const release of releases) await this.#fromNothing(release, false);
    const beginnings = this.#states.filter((state) => !this.#isOfNewest(state));
    for (const { releases: names } of beginnings) await this.#stepByStep(names);
    for (const { releases: names } of beginnings) await this.#straight(names);
    if (options.quiet) for (const release of releases) await this.#fromNothing(release, true);
    return this.#states;
  }

  /** Whether the newest release's own history comes by this state, so that nothing of its beginning will show. */
  #isOfNewest({ snapshot, version }: State): boolean {
    const own = this.#runtime.releases.at(-1)!.versions.length;
    return this.#states.slice(0, own).some((s) => s.version === version && isEqual(s.snapshot, snapshot));
  }

  async #fromNothing(release: Release, isQuiet: boolean): Promise<void> {
    this.#say(`${release.name} on a new database${isQuiet ? ', without NOTIFY' : ''}`);
    await this.#on(release, release.versions.slice(-1), [release.name], isQuiet);
  }

  /** A new database, led by one release to some of its versions. */
  async #on(release: Release, versions: readonly number[], names: readonly string[], isQuiet = false): Promise<void> {
    const site = await this.#newSite();
    await using(release, site, !isQuiet, async (migrator) => {
      for (const version of release.versions.length === 0 ? [null] : versions) {
        await migrator.migrate(version);
        this.#add({ version, releases: names, begun: [], isQuiet, snapshot: await site.look() });
      }
    });
    await site.remove();
  }

  async #stepByStep(begun: readonly string[]): Promise<void> {
    this.#say(`begun by ${begun.join(', ')}, release by release`);
    const { releases } = this.#runtime;
    const later = releases.slice(releases.findIndex(({ name }) => name === begun.at(-1)));
    const site = await this.#newSite();
    for (const [i, release] of later.entries()) {
      const version = release.versions.at(-1) ?? null;
      // A release that knows no more than the one before it does nothing.
      const hasWork = version === null || later[i - 1]?.versions.at(-1) !== version;
      if (hasWork) await using(release, site, true, (migrator) => migrator.migrate(version));
      this.#add({ version, releases: [release.name], begun, isQuiet: false, snapshot: await site.look() });
    }
    await site.remove();
  }

  async #straight(begun: readonly string[]): Promise<void> {
    const { releases, bridge } = this.#runtime;
    const first = releases.find(({ name }) => name === begun.at(-1))!;
    const between = first.versions.length === 0 ? releases.filter(({ name }) => name === bridge) : [];
    const newest = releases.at(-1)!;
    this.#say(`begun by ${begun.join(', ')}, straight to ${newest.name}`);
    const site = await this.#newSite();
    for (const release of [first, ...between]) {
      await using(release, site, true, (migrator) => migrator.migrate(release.versions.at(-1) ?? null));
    }
    const start = [first, ...between].at(-1)!.versions.at(-1) ?? 0;
    await using(newest, site, true, async (migrator) => {
      for (const version of this.#versionsOfNewest().filter((later) => later > start)) {
        await migrator.migrate(version);
        const names = releases.filter(({ versions }) => versions.at(-1) === version).map(({ name }) => name);
        this.#add({ version, releases: names, begun, isQuiet: false, snapshot: await site.look() });
      }
    });
    await site.remove();
  }

  /** The last versions of the releases that have the newest one's history. */
  #versionsOfNewest(): readonly number[] {
    const own = this.#runtime.releases.at(-1)!.versions.length;
    return this.#states.slice(0, own).flatMap((s) => (s.releases.length > 0 && s.version !== null ? [s.version] : []));
  }

  /** A release that leaves what is recorded already adds its name to that. */
  #add(found: Omit<State, 'language'>): void {
    const state = { language: this.#runtime.language, ...found };
    const at = this.#states.findIndex((s) => s.version === state.version && isEqual(s.snapshot, state.snapshot));
    const same = this.#states[at];
    if (same === undefined) {
      this.#states.push(state);
      return;
    }
    const isNew = same.begun.length === 0 || state.begun.length === 0;
    this.#states[at] = {
      ...same,
      releases: union(same.releases, state.releases),
      begun: isNew ? [] : union(same.begun, state.begun),
      isQuiet: same.isQuiet && state.isQuiet,
    };
  }

  #say(what: string): void {
    console.log(`${this.#runtime.language} ${what}`);
  }
}

async function using(
  release: Release,
  site: Site,
  listenNotify: boolean,
  use: (migrator: Migrator) => Promise<void>,
): Promise<void> {
  const migrator = await release.open(site.url, { listenNotify });
  await use(migrator).finally(() => migrator.close());
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])];

export const isEqual = (a: Snapshot, b: Snapshot): boolean =>
  a.size === b.size && [...a].every(([id, hash]) => b.get(id) === hash);
