import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readText } from './sources.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** From the root: `docs/commands.md`. */
  readonly path: string;
  readonly text: string;
  /** What is fenced, and what a comment hides from the reader, in their order. */
  readonly blocks: readonly Block[];
  /** What is in backticks, without the blocks. */
  readonly spans: readonly string[];
  /** Targets of links. */
  readonly links: readonly string[];
  /** Anchors of the headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
}

export interface Block {
  /** `sh`, `console`, `sql` and the like; empty where none is said. */
  readonly language: string;
  readonly text: string;
  /** Whether the reader does not see it. */
  readonly isHidden: boolean;
}

/** All pages that tell users and contributors something. */
export const pages = (): readonly Page[] =>
  ['README.md', 'CONTRIBUTING.md', ...filesIn('docs')].map((path) => pageOf(path, readText(path)));

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .toSorted()
    .map((path) => join(folder, path));

const fenced = /^```(?<language>[\w-]*)\n(?<text>[^]*?)^```$|^<!-- (?<hidden>\w+)\n(?<comment>[^]*?)^-->$/gm;

export function pageOf(path: string, text: string): Page {
  const prose = text.replaceAll(fenced, '').replaceAll(/<!--[^]*?-->/g, '');
  return {
    path,
    text,
    blocks: [...text.matchAll(fenced)].map(({ groups = {} }) => ({
      language: groups['language'] ?? groups['hidden'] ?? '',
      text: groups['text'] ?? groups['comment'] ?? '',
      isHidden: groups['hidden'] !== undefined,
    })),
    spans: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span.replaceAll(String.raw`\|`, '|')),
    links: [...prose.replaceAll(/`[^`\n]+`/g, '`').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
    anchors: anchorsOf(prose),
  };
}

/** https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links */
function anchorsOf(prose: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let number = 0;
    while (anchors.has(number === 0 ? anchor : `${anchor}-${number}`)) number += 1;
    anchors.add(number === 0 ? anchor : `${anchor}-${number}`);
  }
  return anchors;
}

/** Whether the checkout has a file or folder of this path, in which `<name>` and `*` stand for any name. */
export function exists(path: string): boolean {
  const parts = path.replace(/\/$/, '').split('/');
  let found = [''];
  for (const part of parts) {
    const pattern = new RegExp(`^${part.replaceAll(/[.+()[\]]/g, '\\$&').replaceAll(/<[^>]*>|\*/g, '[^/]+')}$`);
    const isPlain = !/[<*]/.test(part);
    found = found.flatMap((folder) =>
      isPlain
        ? [join(folder, part)].filter((at) => existsSync(join(root, at)))
        : readdirSync(join(root, folder))
            .filter((name) => pattern.test(name))
            .map((name) => join(folder, name)),
    );
  }
  return found.length > 0;
}
