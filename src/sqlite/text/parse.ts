import type { Deferrable } from '../../model/objects.ts';
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
  const found: Found = { constraints: [], options: new Set() };
  for (const item of splitAtCommas(cursor.parenthesized())) {
    const part = new Cursor(item);
    if (startsTableConstraint(part)) parseConstraints(part, null, found);
    else columns.push(parseColumn(part, found));
  }
  for (const option of splitAtCommas(cursor.rest())) {
    if (option.length > 0) found.options.add(option.map((token) => token.text.toUpperCase()).join(' '));
  }
  return { name, columns, constraints: found.constraints, options: [...found.options].toSorted() };
}

/** Steps over the statement's first words and gives the last of them, the table's name. */
function tableName(cursor: Cursor): Token {
  let name = cursor.next();
  while (!cursor.sees('(')) name = cursor.next();
  return name;
}

/** What the clauses read so far say about the table. */
interface Found {
  readonly constraints: ParsedConstraint[];
  readonly options: Set<string>;
}

type Writable<T> = { -readonly [F in keyof T]: T[F] };

const constraintWords = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']);

/** What ends a type. GENERATED ALWAYS does not: to SQLite these are words of a type as others are. */
const columnWords = new Set([
  'NOT',
  'NULL',
  'DEFAULT',
  'COLLATE',
  'REFERENCES',
  'DEFERRABLE',
  'AS',
  ...constraintWords,
]);

const startsTableConstraint = (cursor: Cursor): boolean => constraintWords.has(cursor.peek()?.keyword ?? '');

const endsType = (cursor: Cursor): boolean => cursor.done || columnWords.has(cursor.peek()?.keyword ?? '');

function parseColumn(cursor: Cursor, found: Found): ParsedColumn {
  const column: Writable<ParsedColumn> = { name: cursor.name(), collation: null, generated: null, onConflict: null };
  while (!endsType(cursor)) cursor.next();
  parseConstraints(cursor, column, found);
  return column;
}

/**
 * All clauses of a column, or those that stand between two commas behind the columns. A name may stand before any, and
 * before none; SQLite calls every check behind it by it.
 */
function parseConstraints(cursor: Cursor, column: Writable<ParsedColumn> | null, found: Found): void {
  const at = column?.name ?? null;
  let lastName: string | null = null;
  while (!cursor.done) {
    const start = cursor.position;
    let name: string | null = null;
    while (cursor.accept('CONSTRAINT')) name = cursor.name();
    lastName = name ?? lastName;
    if (cursor.done || parseDeferral(cursor, found) || parseProperty(cursor, column)) continue;
    const clause = parseClause(cursor, at, found.options);
    const called = clause.kind === 'check' ? lastName : name;
    found.constraints.push({ ...clause, name: called, column: at, ...cursor.spanSince(start) });
  }
}

/** What is part of the column itself, if that comes next. */
function parseProperty(cursor: Cursor, column: Writable<ParsedColumn> | null): boolean {
  if (column === null) return false;
  if (cursor.accept('COLLATE')) column.collation = cursor.name();
  else if (cursor.accept('DEFAULT')) skipDefault(cursor);
  else if (cursor.accept('NOT', 'NULL')) column.onConflict = parseOnConflict(cursor);
  else if (cursor.accept('NULL')) parseOnConflict(cursor);
  else if (cursor.accept('GENERATED', 'ALWAYS', 'AS') || cursor.accept('AS')) column.generated = parseGenerated(cursor);
  else return false;
  return true;
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
  // A key has columns and no expressions: parentheses mean nothing in it.
  const columns = parts.map((tokens) => tokens.filter((token) => !['AUTOINCREMENT', '(', ')'].includes(token.keyword)));
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
  return { kind: 'foreignKey', deferrable: parseDeferrable(cursor) ?? 'no' };
}

/** A clause of its own at a column. It is about the table's latest foreign key, whichever column that stands at. */
function parseDeferral(cursor: Cursor, { constraints }: Found): boolean {
  const deferrable = parseDeferrable(cursor);
  const at = constraints.findLastIndex(({ kind }) => kind === 'foreignKey');
  const latest = constraints[at];
  if (deferrable !== null && latest?.kind === 'foreignKey') constraints[at] = { ...latest, deferrable };
  return deferrable !== null;
}

/** Only INITIALLY DEFERRED makes a difference. https://www.sqlite.org/foreignkeys.html#fk_deferred */
function parseDeferrable(cursor: Cursor): Deferrable | null {
  const isNot = cursor.sees('NOT', 'DEFERRABLE') && cursor.accept('NOT');
  if (!cursor.accept('DEFERRABLE')) return null;
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

/** An index as its text says it: the catalog query says the rest. */
export interface ParsedIndex {
  readonly unique: boolean;
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
  const unique = cursor.accept('CREATE') && cursor.accept('UNIQUE');
  tableName(cursor);
  const columns = splitAtCommas(cursor.parenthesized());
  return { unique, columns, where: cursor.accept('WHERE') ? cursor.rest() : null };
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
