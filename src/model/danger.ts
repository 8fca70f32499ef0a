import { isSafeDefault } from './default-value.ts';
import { isPlain, namePattern } from './plain-expression.ts';
import type {
  CatalogObject,
  CheckObject,
  ColumnObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
  ObjectId,
} from './objects.ts';

/**
 * How somebody else's objects on our tables can break the runtime, judged by what they can do: whatever can refuse a row
 * that the runtime writes is dangerous, and only what provably cannot is harmless. Null stands for that.
 */

/** What helps where no statement does. */
export const withoutMend = 'no single statement mends it: make the table again without it';

/** Objects by id, as a catalog has them. */
export type Objects = ReadonlyMap<ObjectId, CatalogObject>;

const list = (columns: readonly string[]): string => columns.join(', ');

/** It may be filled by the engine in a way that can fail, or not at all. */
export function columnDanger(o: ColumnObject, declared: Objects): string | null {
  if (isUnfilled(o)) return 'it needs a value and has no default, so the inserts of the runtime fail';
  const { table, collation } = o;
  return (
    computingDanger(o, declared) ??
    domainDanger(o) ??
    sequenceDanger(o) ??
    (isCollation(collation) ? null : foreignCollation(table, `${o.name} COLLATE ${collation}`))
  );
}

function computingDanger(o: ColumnObject, declared: Objects): string | null {
  const { table, generated } = o;
  const value = defaultOf(o);
  if (generated !== null) return isSafelyGenerated(o, generated, declared) ? null : computes(table, generated);
  return value === null || isSafeDefault(value, o)
    ? null
    : `an insert of the runtime into ${table} fails where its default, ${value}, cannot be computed`;
}

/** Types that take every value of a comparison, which is no other than true, false and unknown, and of a column. */
const takesAll = new Set(['text', 'character varying', 'boolean']);

/** A column's value fits into a column of the same type. SQLite's types, in capitals, refuse no value. */
function isSafelyGenerated(o: ColumnObject, expression: string, declared: Objects): boolean {
  const type = o.domain?.base ?? o.type;
  if (!takesNull(o) || !isPlain(expression)) return false;
  if (takesAll.has(type) || !/^[a-z]/.test(type)) return true;
  const [, copied = ''] = /^\((.+)\) (?:STORED|VIRTUAL)$/s.exec(expression) ?? [];
  const name = partOf(copied)?.name;
  return columnsOf(declared, o.table).some((own) => own.name === name && own.type === type);
}

const columnsOf = (objects: Objects, table: string): readonly ColumnObject[] =>
  [...objects.values()].filter((object) => object.kind === 'column' && object.table === table) as ColumnObject[];

function sequenceDanger({ table, name, sequence }: ColumnObject): string | null {
  if (sequence === undefined) return null;
  const { left, lacking } = sequence;
  return lacking.length > 0
    ? `an insert into ${table} by ${lacking.join(' or ')} fails: the sequence that fills ${name} may not be used`
    : `an insert of the runtime into ${table} fails once the sequence that fills ${name} is used up: ${left} numbers are left`;
}

function domainDanger(o: ColumnObject): string | null {
  const check = refusingCheck(o);
  if (check === undefined) return null;
  const value = o.generated ?? defaultOf(o) ?? 'NULL';
  return `an insert of the runtime into ${o.table} fails where what ${o.name} then is, ${value}, does not meet ${check} of its domain`;
}

/** A domain's own default is that of a column that says none. */
const defaultOf = ({ default: value, domain, generated }: ColumnObject): string | null =>
  generated === null ? (value ?? domain?.default ?? null) : null;

const takesNull = ({ nullable, domain }: ColumnObject): boolean => nullable && domain?.notNull !== true;

/** Of a row that the runtime writes, which says nothing of the column. A default of NULL is none. */
const isUnfilled = (o: ColumnObject): boolean =>
  !takesNull(o) && /^(?:NULL(?:::.*)?)?$/is.test(defaultOf(o) ?? '') && o.generated === null && o.identity === null;

/** A condition of a domain that the value may not meet. NULL meets all that compares it with something. */
function refusingCheck(o: ColumnObject): string | undefined {
  const isNull = o.generated === null && defaultOf(o) === null;
  return o.domain?.checks.find((check) => !(isNull && comparesOnly(check)));
}

/** Whether each condition within an expression compares `VALUE`. A text could hold anything, and counts as none. */
const comparesOnly = (check: string): boolean =>
  isPlain(check) &&
  !/\b(?:is|distinct|null|true|false)\b/i.test(check) &&
  check.split(/\b(?:and|or)\b/i).every((part) => /\bVALUE\b/.test(part));

const computes = (table: string, text: string): string =>
  `an insert or update of the runtime in ${table} fails where ${text} cannot be computed of the row`;

const foreignCollation = (table: string, text: string): string =>
  `an insert or update of the runtime in ${table} fails without the collation of ${text}, which is an application's own`;

export const keyDanger = ({ table, columns }: KeyObject): string =>
  `an insert or update of the runtime in ${table} fails for a row that is equal to another one in (${list(columns)})`;

export const checkDanger = ({ table, expression, notEnforced }: CheckObject): string | null =>
  notEnforced === true
    ? null
    : `an insert or update of the runtime in ${table} fails for a row that does not meet ${expression}`;

/** Of a table of ours to another one, or the other way round. */
export function foreignKeyDanger(o: ForeignKeyObject): string | null {
  if (o.notEnforced === true) return null;
  if (o.incoming !== undefined) return incomingDanger(o)[o.incoming];
  return `an insert or update of the runtime in ${o.table} fails for a row whose (${list(o.columns)}) is not in ${o.referencedTable}`;
}

const incomingDanger = ({
  table,
  columns,
  referencedTable,
  referencedColumns,
  onDelete,
  setsOff,
}: ForeignKeyObject): Record<NonNullable<ForeignKeyObject['incoming']>, string | null> => ({
  follows:
    setsOff === undefined
      ? null
      : `a delete of the runtime in ${referencedTable} changes rows of ${table} too, with ON DELETE ${onDelete} of (${list(columns)}), and fails where that does, which meets ${setsOff}`,
  holds: `a delete of the runtime in ${referencedTable} fails while rows of ${table} refer to the row, with ON DELETE ${onDelete} of (${list(columns)})`,
  'fits no key': `every delete of the runtime in ${referencedTable} fails: (${list(referencedColumns)}) is no key of it, so the reference of ${table} (${list(columns)}) fits nothing`,
});

/**
 * An index that is unique, that computes something of each row, or that cannot hold a long value.
 * @param declared says the types of our columns, and which of them have indexes of ours
 */
export function indexDanger(o: IndexObject, declared: Objects): string | null {
  if (o.unique) return keyDanger({ ...o, kind: 'key', primary: false, deferrable: 'no' });
  const parts = o.columns.map(partOf);
  const expression = o.columns.find((_, i) => parts[i] === null);
  if (expression !== undefined) return computes(o.table, expression);
  if (o.predicate !== null && !isPlain(o.predicate)) return computes(o.table, o.predicate);
  const collated = o.columns.find((_, i) => !isCollation(parts[i]?.collation ?? null));
  if (collated !== undefined) return foreignCollation(o.table, collated);
  const strange = o.columns.find((_, i) => isStrange(parts[i]?.operators));
  if (strange !== undefined)
    return `an insert or update of the runtime in ${o.table} fails where the operator class of ${strange} does`;
  const bounded = o.columns.flatMap((_, i) => (cuts(o.method, parts[i]?.operators) ? [] : [parts[i]?.name ?? '']));
  const long = tooLong([...bounded, ...o.include], o, declared);
  return long.length === 0
    ? null
    : `an insert or update of the runtime in ${o.table} fails for a row with a long ${long.join(' and ')}: ${limitOf(o.method)}`;
}

const limitOf = (method: string): string =>
  method === 'btree'
    ? 'a btree takes 2704 bytes a row at most'
    : `an entry of a ${method} index has to fit into a page of 8 kB`;

/** Operator classes of extensions that compute nothing that can fail. The server's own are printed without a schema. */
const harmless = /^\w+\.(?:gin|gist)_trgm_ops$/;

const isStrange = (operators: string | undefined): boolean =>
  operators !== undefined && operators.includes('.') && !harmless.test(operators);

/**
 * Whether an index keeps of a value of any length only what fits: a hash, its beginning, or short parts of it.
 * https://www.postgresql.org/docs/current/pgtrgm.html, https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING
 */
const cuts = (method: string, operators: string | undefined): boolean =>
  ['hash', 'spgist', 'bloom'].includes(method) ||
  (method === 'gin' && /(?:^|\.)(?:gin_trgm_ops|jsonb_(?:path_)?ops)$/.test(operators ?? ''));

/** A column of an index: its name, then collation, operator class and order. */
const column = new RegExp(
  `^(${namePattern})(?: COLLATE ((?:${namePattern})(?:\\.(?:${namePattern}))?))?(?: ((?:(?:${namePattern})\\.)?\\w+_ops))?(?: ASC| DESC)?(?: NULLS (?:FIRST|LAST))?$`,
  'u',
);

interface Part {
  readonly name: string;
  readonly collation: string | undefined;
  /** The operator class, where it is not that which the method has for the type. */
  readonly operators: string | undefined;
}

/** Null for an expression. */
function partOf(text: string): Part | null {
  const [, own, collation, operators] = column.exec(text) ?? [];
  return own === undefined
    ? null
    : { name: own.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"'), collation, operators };
}

/** SQLite has three, which stand here in capitals as those of applications do; PostgreSQL's are objects of the database. */
const isCollation = (collation: string | null): boolean =>
  collation === null || !/^[A-Z]/.test(collation) || ['BINARY', 'NOCASE', 'RTRIM'].includes(collation);

/** Types of PostgreSQL without a limit of their own. SQLite's, in capitals, have no limit in indexes either. */
const unlimited = new Set(['text', 'character varying', 'bytea', 'json', 'jsonb', 'numeric', 'xml']);

/**
 * Columns of ours that may hold more than the method takes, together or each. What an index or a key of ours has, the
 * runtime keeps so short that one entry takes all of it; into a column of somebody else it writes nothing.
 * https://www.postgresql.org/docs/current/btree.html
 */
function tooLong(columns: readonly string[], { table }: IndexObject, declared: Objects): readonly string[] {
  const own = [...declared.values()].filter((o) => 'table' in o && o.table === table);
  const isLong = (part: string): boolean =>
    own.some((o) => o.kind === 'column' && o.name === part && unlimited.has(o.type));
  const entries = own.flatMap((o) =>
    o.kind === 'index' || o.kind === 'key'
      ? [new Set([...o.columns, ...o.include].map((text) => partOf(text)?.name ?? text))]
      : [],
  );
  const long = columns.filter(isLong);
  if (entries.some((entry) => long.every((part) => entry.has(part)))) return [];
  const alone = long.filter((part) => !entries.some((entry) => entry.has(part)));
  return alone.length > 0 ? alone.slice(0, 1) : long;
}
