/** Brings one database to versions of a release's own history, in rising order. */
export interface Migrator {
  /** The release's own runner, up to a version; for a history without numbers, all of it. */
  migrate(version: number | null): Promise<void>;
  close(): Promise<void>;
}

/** One published release of the runtime, unpacked, with the history that it brings. */
export interface Release {
  /** `4.21`: the line; its newest release stands for it. */
  readonly name: string;
  /** The versions that change something, rising; none where the history has no numbers. */
  readonly versions: readonly number[];
  open(url: string, options: { readonly listenNotify: boolean }): Promise<Migrator>;
}

/** All releases of the runtime in one language. */
export interface Runtime {
  /** `TypeScript SDK` */
  readonly language: string;
  /** In the order of their publication. */
  readonly releases: readonly Release[];
  /** The release that databases without a number must go through, where the newer ones do not take them over. */
  readonly bridge: string | null;
}

/** The newest release of each line `x.y`, oldest line first. */
export function newestOfLines(
  versions: readonly string[],
): readonly { readonly name: string; readonly version: string }[] {
  const lines = new Map<string, readonly [number, number, number]>();
  for (const version of versions) {
    const [, major = 0, minor = 0, patch = 0] = (/^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? []).map(Number);
    const name = `${major}.${minor}`;
    if (/^\d+\.\d+\.\d+$/.test(version) && patch >= (lines.get(name)?.[2] ?? 0)) lines.set(name, [major, minor, patch]);
  }
  return [...lines.values()]
    .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([major, minor, patch]) => ({ name: `${major}.${minor}`, version: `${major}.${minor}.${patch}` }));
}
