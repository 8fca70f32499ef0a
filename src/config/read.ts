import type * as yaml from 'yaml';
import type { Document, ErrorCode, LineCounter, Node, Pair, Scalar, YAMLError, YAMLMap } from 'yaml';
import { UserError } from '../model/errors.ts';

/** A value of the file with the place where it stands. Lines and columns count from 1. */
export interface Positioned {
  readonly line: number;
  readonly column: number;
  readonly value: string | number | bigint | boolean | null | List | Mapping;
}

/** A value with its key. */
export interface Entry extends Positioned {
  /** Where the key stands. */
  readonly key: { readonly line: number; readonly column: number };
  /** Whether the value is given a name (`&name`) to be used elsewhere in the file. */
  readonly isAnchor: boolean;
}

export interface List {
  readonly type: 'list';
  items(): readonly Positioned[];
}

export interface Mapping {
  readonly type: 'mapping';
  /** By key, merge keys (`<<`) resolved. Keys that are no text are left out. */
  entries(): ReadonlyMap<string, Entry>;
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
  const { errors } = document;
  const explain = ({ code, pos: [offset] }: YAMLError): UserError => syntaxError(code, path, lines, offset);
  if (errors.some(({ code }) => code !== 'DUPLICATE_KEY')) {
    // What follows a mistake is mostly its doing.
    throw combineErrors(path, errors.slice(0, 3).map(explain), errors.length);
  }
  return { root: reader(library, targets, lines)(document.contents, 0), errors: errors.map(explain) };
}

/** Errors of a file that are told; who mends as many reads on. */
const TOLD = 10;

/** Makes one error of the errors of a file. @param total how many there are, where these are the first of them */
export function combineErrors(path: string, errors: readonly UserError[], total: number = errors.length): UserError {
  const [only] = errors;
  if (only !== undefined && total === 1) return only;
  const told = errors.slice(0, TOLD);
  const lines = told.map(({ message, where, hint }) =>
    [`  ${where ?? path}`, `    ${message}`, ...(hint === undefined ? [] : [`    ${hint}`])].join('\n'),
  );
  const more = total - told.length;
  const rest = more === 0 ? [] : [`  … and ${more.toLocaleString('en')} more`];
  const count = `${total.toLocaleString('en')} errors in the configuration file`;
  return new UserError([count, ...lines, ...rest].join('\n'), {
    where: path,
    hint: 'mend these places of the file, then run it again',
    cause: told,
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
    const hint = 'look for brackets and braces that are not closed';
    throw new UserError('the configuration file is nested too deeply', { where: path, hint, cause });
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
  const { line, column } = placeAt(lines, offset);
  return new UserError(`invalid YAML: ${code.toLowerCase().replaceAll('_', ' ')}`, {
    where: `${path}:${line}:${column}`,
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
        Array.from(pairsOf(library, node, follow), ([name, pair]) => {
          const offset = (pair.key as Node).range?.[0] ?? 0;
          const isAnchor = library.isNode(pair.value) && 'anchor' in pair.value && pair.value.anchor !== undefined;
          return [name, { ...read(pair.value, offset), key: placeAt(lines, offset), isAnchor }];
        }),
      ),
  });
  const read: Read = (node, fallback) => {
    const offset = (library.isNode(node) ? node.range?.[0] : undefined) ?? fallback;
    const place = placeAt(lines, offset);
    const target = follow(node);
    if (library.isMap(target)) return { ...place, value: mapping(target) };
    if (library.isSeq(target)) {
      const items = () => target.items.map((item) => read(item, offset));
      return { ...place, value: { type: 'list', items } };
    }
    return { ...place, value: library.isScalar(target) ? plain(target) : null };
  };
  return read;
}

function placeAt(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
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
