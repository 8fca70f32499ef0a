import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Import {
  /** A file of ours, from the root, or the name of a package. */
  readonly of: string;
  readonly isOurs: boolean;
  /** Nothing of it is left when the types are gone. */
  readonly isType: boolean;
  /** By `import()` or `require()`, when the code comes to it. */
  readonly isLazy: boolean;
}

export interface Source {
  /** From the root: `src/planner/diff.ts`. */
  readonly path: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** A file of ours, by its path from the root. */
export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

/** All TypeScript sources in a folder, at any depth; none where there is no such folder. */
export function sourcesIn(folder: string): readonly Source[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .toSorted()
    .map((path) => join(folder, path))
    .map((path) => sourceOf(path, readText(path)));
}

export function sourceOf(path: string, text: string): Source {
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
}

/** Texts are kept as they are, so that what looks like a comment in one of them is none. */
const withoutComments = (text: string): string =>
  text.replaceAll(
    /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, kept: string | undefined) => kept ?? '',
  );

function importsOf(path: string, code: string): readonly Import[] {
  const at = (specifier: string): Pick<Import, 'of' | 'isOurs'> =>
    specifier.startsWith('.')
      ? { of: relative(root, join(root, dirname(path), specifier)), isOurs: true }
      : { of: packageOf(specifier), isOurs: false };
  const fixed = [
    ...code.matchAll(
      /^(?:import|export)\s(?<what>[^;'`]*?\sfrom\s+)?['"](?<specifier>[^'"]+)['"](?:\s+with\s+\{[^}]*\})?;/gm,
    ),
  ];
  const lazy = [...code.matchAll(/\b(?:import|require|createRequire)\(\s*(?:['"](?<specifier>[^'"]+)['"])?/g)];
  return [
    ...fixed.map(({ groups }) => ({
      ...at(groups?.['specifier'] ?? ''),
      isType: groups?.['what']?.startsWith('type ') === true,
      isLazy: false,
    })),
    ...lazy.map(({ groups }) => ({ ...at(groups?.['specifier'] ?? '(computed)'), isType: false, isLazy: true })),
  ];
}

/** `node:fs/promises` is of `node:fs`, `pg/lib/x.js` of `pg`. */
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
