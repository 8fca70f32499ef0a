import type { Deferrable } from '../model/objects.ts';
import { Cursor, splitAtCommas } from './cursor.ts';
import { is, type Token, tokenize } from './tokens.ts';

/** What no pragma tells of a table: read from the text that SQLite keeps of its CREATE TABLE. */
export interface ParsedTable {
  /** The table's name within the text. */
  readonly name: Token;
  readonly columns: readonly ParsedColumn[];
  /** Constraints of columns and of the table, in the order of the text. */
  readonly constraints: readonly ParsedConstraint[];
  /** `AUTOINCREMENT`, `STRICT`, `WITHOUT ROWID`, sorted. */
  readonly options: readonly string[];
}

export interface ParsedColumn {
  readonly name: string;
  readonly collation: string | null;
  readonly generated: { readonly expression: readonly Token[]; readonly stored: boolean } | null;
  /** What to do about a NULL where none may be, if it is not ABORT. */
  readonly onConflict: string | null;
}

export type ParsedConstraint = {
  /** As written behind CONSTRAINT. */
  readonly name: string | null;
  /** The column that it is written at; null for one that stands behind the columns. */
  readonly column: string | null;
  /** Offsets of the clause within the text, its name included. */
  readonly start: number;
  readonly end: number;
} & ParsedClause;

export type ParsedClause = ParsedKey | ParsedCheck | ParsedForeignKey;

export interface ParsedKey {
  readonly kind: 'key';
  readonly primary: boolean;
  /** One column each, with COLLATE, ASC and DESC behind it. */
  readonly columns: readonly (readonly Token[])[];
  /** What to do about a duplicate, if it is not ABORT. */
  readonly onConflict: string | null;
}

export interface ParsedCheck {
  readonly kind: 'check';
  readonly expression: readonly Token[];
}

/** Its columns and actions are told by a pragma. */
export interface ParsedForeignKey {
  readonly kind: 'foreignKey';
  readonly deferrable: Deferrable;
}

/**
 * Reads a CREATE TABLE as it stands in sqlite_schema.
 * https://www.sqlite.org/lang_createtable.html
 * @throws Error for a text that SQLite would not have taken.
 */
export function parseTable(sql: string): ParsedTable {
  const cursor = new Cursor(tokenize(sql));
  const name = tableName(cursor);
  const columns: ParsedColumn[] = [];
  const constraints: ParsedConstraint[] = [];
  const options = new Set<string>();
  for (const item of splitAtCommas(cursor.parenthesized())) {
    const part = new Cursor(item);
    if (!startsTableConstraint(part)) columns.push(parseColumn(part, constraints, options));
    while (!part.done) constraints.push(parseConstraint(part, null, options));
  }
  for (const option of splitAtCommas(cursor.rest())) {
    if (option.length > 0) options.add(option.map((token) => token.text.toUpperCase()).join(' '));
  }
  return { name, columns, constraints, options: [...options].toSorted() };
}

/** Steps over the statement's first words and gives the last of them, the table's name. */
function tableName(cursor: Cursor): Token {
  let name = cursor.next();
  while (!cursor.sees('(')) name = cursor.next();
  return name;
}

type Writable<T> = { -readonly [F in keyof T]: T[F] };

const constraintWords = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']);
const columnWords = new Set(['NOT', 'NULL', 'DEFAULT', 'COLLATE', 'REFERENCES', 'GENERATED', 'AS', ...constraintWords]);

const startsTableConstraint = (cursor: Cursor): boolean => constraintWords.has(cursor.peek()?.keyword ?? '');

const endsType = (cursor: Cursor): boolean => cursor.done || columnWords.has(cursor.peek()?.keyword ?? '');

function parseColumn(cursor: Cursor, constraints: ParsedConstraint[], options: Set<string>): ParsedColumn {
  const column: Writable<ParsedColumn> = { name: cursor.name(), collation: null, generated: null, onConflict: null };
  while (!endsType(cursor)) cursor.next();
  while (!cursor.done) {
    if (cursor.accept('COLLATE')) column.collation = cursor.name();
    else if (cursor.accept('DEFAULT')) skipDefault(cursor);
    else if (cursor.accept('NOT', 'NULL')) column.onConflict = parseOnConflict(cursor);
    else if (cursor.accept('NULL')) parseOnConflict(cursor);
    else if (cursor.accept('GENERATED', 'ALWAYS', 'AS') || cursor.accept('AS'))
      column.generated = parseGenerated(cursor);
    else if (namesNothing(cursor)) skipName(cursor);
    else constraints.push(parseConstraint(cursor, column.name, options));
  }
  return column;
}

/** NOT NULL, DEFAULT, COLLATE and the like may have a name too, which SQLite forgets. */
const namesNothing = (cursor: Cursor): boolean =>
  cursor.sees('CONSTRAINT') &&
  !['PRIMARY', 'UNIQUE', 'CHECK', 'REFERENCES', 'FOREIGN'].some((word) => is(cursor.peek(2), word));

function skipName(cursor: Cursor): void {
  cursor.expect('CONSTRAINT');
  cursor.name();
}

function skipDefault(cursor: Cursor): void {
  if (cursor.sees('(')) cursor.parenthesized();
  else if (cursor.accept('+') || cursor.accept('-')) cursor.next();
  else cursor.next();
}

function parseGenerated(cursor: Cursor): ParsedColumn['generated'] {
  const expression = cursor.parenthesized();
  const stored = cursor.accept('STORED');
  cursor.accept('VIRTUAL');
  return { expression, stored };
}

function parseConstraint(cursor: Cursor, column: string | null, options: Set<string>): ParsedConstraint {
  const first = cursor.peek();
  const position = cursor.position;
  const name = cursor.accept('CONSTRAINT') ? cursor.name() : null;
  const clause = parseClause(cursor, column, options);
  const end = cursor.since(position).at(-1);
  return { ...clause, name, column, start: first?.start ?? 0, end: end?.end ?? 0 };
}

function parseClause(cursor: Cursor, column: string | null, options: Set<string>): ParsedClause {
  if (cursor.accept('CHECK')) {
    const expression = cursor.parenthesized();
    parseOnConflict(cursor);
    return { kind: 'check', expression };
  }
  if (cursor.accept('PRIMARY', 'KEY')) return parseKey(cursor, true, column, options);
  if (cursor.accept('UNIQUE')) return parseKey(cursor, false, column, options);
  return parseForeignKey(cursor);
}

function parseKey(cursor: Cursor, primary: boolean, column: string | null, options: Set<string>): ParsedKey {
  const parts = column === null ? splitAtCommas(cursor.parenthesized()) : [[nameToken(column), ...parseOrder(cursor)]];
  const onConflict = parseOnConflict(cursor);
  const isAutoincrement = cursor.accept('AUTOINCREMENT') || parts.some((tokens) => is(tokens.at(-1), 'AUTOINCREMENT'));
  if (isAutoincrement) options.add('AUTOINCREMENT');
  const columns = parts.map((tokens) => tokens.filter((token) => !is(token, 'AUTOINCREMENT')));
  return { kind: 'key', primary, columns, onConflict };
}

const nameToken = (value: string): Token => ({ type: 'name', text: value, value, keyword: '', start: 0, end: 0 });

const parseOrder = (cursor: Cursor): readonly Token[] =>
  cursor.sees('ASC') || cursor.sees('DESC') ? [cursor.next()] : [];

function parseForeignKey(cursor: Cursor): ParsedForeignKey {
  if (cursor.accept('FOREIGN', 'KEY')) cursor.parenthesized();
  cursor.expect('REFERENCES');
  cursor.name();
  if (cursor.sees('(')) cursor.parenthesized();
  while (cursor.sees('ON') || cursor.sees('MATCH')) {
    if (cursor.next().text.toUpperCase() === 'ON') cursor.next();
    if (!cursor.accept('NO', 'ACTION') && !cursor.accept('SET', 'NULL') && !cursor.accept('SET', 'DEFAULT'))
      cursor.next();
  }
  return { kind: 'foreignKey', deferrable: parseDeferrable(cursor) };
}

/** Only INITIALLY DEFERRED makes a difference. https://www.sqlite.org/foreignkeys.html#fk_deferred */
function parseDeferrable(cursor: Cursor): Deferrable {
  const isNot = cursor.sees('NOT', 'DEFERRABLE') && cursor.accept('NOT');
  if (!cursor.accept('DEFERRABLE')) return 'no';
  const isDeferred = cursor.accept('INITIALLY', 'DEFERRED');
  cursor.accept('INITIALLY', 'IMMEDIATE');
  return isDeferred && !isNot ? 'initially deferred' : 'no';
}

/** ABORT is what happens anyway. https://www.sqlite.org/lang_conflict.html */
function parseOnConflict(cursor: Cursor): string | null {
  if (!cursor.accept('ON', 'CONFLICT')) return null;
  const resolution = cursor.next().text.toUpperCase();
  return resolution === 'ABORT' ? null : resolution;
}

/** What no pragma tells of an index: its expressions and its condition. */
export interface ParsedIndex {
  readonly columns: readonly (readonly Token[])[];
  readonly where: readonly Token[] | null;
}

/**
 * Reads a CREATE INDEX as it stands in sqlite_schema.
 * https://www.sqlite.org/lang_createindex.html
 * @throws Error for a text that SQLite would not have taken.
 */
export function parseIndex(sql: string): ParsedIndex {
  const cursor = new Cursor(tokenize(sql));
  tableName(cursor);
  const columns = splitAtCommas(cursor.parenthesized());
  return { columns, where: cursor.accept('WHERE') ? cursor.rest() : null };
}

/** A column of a key or an index taken apart. */
export function parseKeyPart(tokens: readonly Token[]): {
  /** Without ASC and DESC. */
  readonly expression: readonly Token[];
  /** Without COLLATE too: of a column, its name. */
  readonly term: readonly Token[];
  readonly collation: string | null;
  readonly descending: boolean;
} {
  const last = tokens.at(-1);
  const descending = tokens.length > 1 && is(last, 'DESC');
  const unordered = tokens.length > 1 && (descending || is(last, 'ASC')) ? tokens.slice(0, -1) : tokens;
  const collation = unordered.length > 2 && is(unordered.at(-2), 'COLLATE') ? unordered.at(-1) : undefined;
  return {
    expression: unordered,
    term: collation === undefined ? unordered : unordered.slice(0, -2),
    collation: collation?.value.toUpperCase() ?? null,
    descending,
  };
}
