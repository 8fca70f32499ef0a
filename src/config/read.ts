import type * as yaml from 'yaml';
import type { Document, ErrorCode, LineCounter, Node, Pair, Scalar, YAMLMap } from 'yaml';
import { UserError } from '../model/errors.ts';

/** A value of the file with the place where it stands. Lines and columns count from 1. */
export interface Positioned {
  readonly line: number;
  readonly column: number;
  readonly value: string | number | bigint | boolean | null | List | Mapping;
}

export interface List {
  readonly type: 'list';
  items(): readonly Positioned[];
}

export interface Mapping {
  readonly type: 'mapping';
  /** By key, merge keys (`<<`) resolved. Keys that are no text are left out. */
  entries(): ReadonlyMap<string, Positioned>;
}

export interface Reading {
  readonly root: Positioned;
  /** Keys given twice in one mapping: the rest of the file can be looked at all the same. */
  readonly errors: readonly UserError[];
}

type Yaml = typeof yaml;

/**
 * Reads YAML 1.2 with the merge keys of 1.1. Nothing is expanded before it is asked for, so aliases cannot fill the memory.
 * @param path for messages
 * @throws UserError with all places that are no YAML. A parser's own message may quote a password, so it is not passed on.
 */
export async function readYaml(path: string, text: string): Promise<Reading> {
  const library = await import('yaml');
  const lines = new library.LineCounter();
  const { document, targets } = parse(library, path, text, lines);
  const errors = document.errors.map(({ code, pos: [offset] }) => ({
    code,
    error: syntaxError(code, path, lines, offset),
  }));
  if (errors.some(({ code }) => code !== 'DUPLICATE_KEY')) {
    throw combineErrors(
      path,
      errors.map(({ error }) => error),
    );
  }
  const read = reader(library, targets, lines);
  return { root: read(document.contents, 0), errors: errors.map(({ error }) => error) };
}

/** Makes one error of all errors of a file. */
export function combineErrors(path: string, errors: readonly UserError[]): UserError {
  const [only] = errors;
  if (only !== undefined && errors.length === 1) return only;
  const lines = errors.map(({ message, where, hint }) =>
    [`  ${where ?? path}`, `    ${message}`, ...(hint === undefined ? [] : [`    ${hint}`])].join('\n'),
  );
  return new UserError([`${errors.length} errors in the configuration file`, ...lines].join('\n'), {
    where: path,
    cause: errors,
  });
}

interface Parsed {
  readonly document: Document;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<unknown, unknown>;
}

/** The parser leaves aliases open; looked up one by one they would take quadratic time. */
function parse(library: Yaml, path: string, text: string, lineCounter: LineCounter): Parsed {
  const anchors = new Map<string, unknown>();
  const targets = new Map<unknown, unknown>();
  try {
    const document = library.parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
    library.visit(document, {
      Alias(_, alias) {
        targets.set(alias, anchors.get(alias.source));
        if (anchors.has(alias.source)) return;
        document.errors.push(new library.YAMLParseError([alias.range?.[0] ?? 0, 0], 'BAD_ALIAS', ''));
      },
      Value(_, node) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
      },
    });
    return { document, targets };
  } catch (cause) {
    throw new UserError('the configuration file is nested too deeply', { where: path, cause });
  }
}

const QUOTE = 'put a value in quotes that begins with one of * & ! @ % ` or has a colon and a blank in it';

const HINTS: { readonly [C in ErrorCode]?: string } = {
  BAD_ALIAS: QUOTE,
  BAD_DQ_ESCAPE: 'write two backslashes for one, or put the value in single quotes',
  BAD_SCALAR_START: QUOTE,
  BLOCK_AS_IMPLICIT_KEY: QUOTE,
  DUPLICATE_KEY: 'keep one of the two',
  MISSING_CHAR: 'close the quote or bracket before this place',
  MULTIPLE_DOCS: 'keep one document: nothing behind ---',
  TAB_AS_INDENT: 'indent with blanks',
};

function syntaxError(code: ErrorCode, path: string, lines: LineCounter, offset: number): UserError {
  const { line, col } = lines.linePos(offset);
  return new UserError(`invalid YAML: ${code.toLowerCase().replaceAll('_', ' ')}`, {
    where: `${path}:${line}:${col}`,
    hint: HINTS[code] ?? 'look at indentation, quotes and brackets in this line and the one before it',
  });
}

type Read = (node: unknown, offset: number) => Positioned;

function reader(library: Yaml, targets: Parsed['targets'], lines: LineCounter): Read {
  const follow = (node: unknown): unknown => targets.get(node) ?? node;
  const mapping = (node: YAMLMap): Mapping => ({
    type: 'mapping',
    entries: () =>
      new Map(
        Array.from(pairsOf(library, node, follow), ([key, pair]) => [
          key,
          read(pair.value, (pair.key as Node).range?.[0] ?? 0),
        ]),
      ),
  });
  const read: Read = (node, fallback) => {
    const offset = (library.isNode(node) ? node.range?.[0] : undefined) ?? fallback;
    const { line, col: column } = lines.linePos(offset);
    const target = follow(node);
    if (library.isMap(target)) return { line, column, value: mapping(target) };
    if (library.isSeq(target)) {
      const items = () => target.items.map((item) => read(item, offset));
      return { line, column, value: { type: 'list', items } };
    }
    return { line, column, value: library.isScalar(target) ? plain(target) : null };
  };
  return read;
}

/** Dates and bytes, which a file of YAML 1.1 may hold, are left as the text they stand as. */
const plain = ({ value, source }: Scalar): Positioned['value'] =>
  typeof value === 'object' && value !== null ? (source ?? null) : (value as Positioned['value']);

/** The mapping's own pairs, then those of the mappings merged into it, each mapping once, the first of each key. */
function pairsOf(library: Yaml, start: YAMLMap, follow: (node: unknown) => unknown): Iterable<[string, Pair]> {
  const pairs = new Map<string, Pair>();
  const seen = new Set<unknown>();
  const stack: unknown[] = [start];
  while (stack.length > 0) {
    const node = follow(stack.pop());
    if (seen.has(node)) continue;
    seen.add(node);
    if (library.isSeq(node)) for (const item of node.items.toReversed()) stack.push(item);
    for (const [key, pair] of library.isMap(node) ? textKeys(library, node) : []) {
      if (key === '<<') stack.push(pair.value);
      else if (!pairs.has(key)) pairs.set(key, pair);
    }
  }
  return pairs;
}

const textKeys = (library: Yaml, { items }: YAMLMap): [string, Pair][] =>
  items.flatMap((pair) =>
    library.isScalar(pair.key) && typeof pair.key.value === 'string' ? [[pair.key.value, pair]] : [],
  );
