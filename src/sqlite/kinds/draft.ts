import type { Around } from '../consequences.ts';
import type { Change, ChangeOf } from '../../model/change.ts';
import type { Definitions } from '../../model/definition.ts';
import type { RenderContext } from '../../model/dialect.ts';
import { relationName } from '../../model/facts.ts';
import type { Hazard } from '../../model/hazard.ts';
import type { Look, Place } from '../../model/look.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../../model/objects.ts';
import type { Answer, RowedKind } from '../catalog-answer.ts';
import type { LiveTable } from '../live-table.ts';
import { schema } from '../names.ts';
import type { TableParts } from '../parts.ts';

/** All that this dialect knows of one kind of object. */
export interface KindModule<K extends ObjectKind> {
  /**
   * Its part of the catalog query: a query of one JSON array, which may use what `catalog-query.ts` defines. Null where
   * the rows of other kinds carry it.
   */
  readonly rows: K extends RowedKind ? (look: Look) => string : null;
  /** Its objects, with names and types as they are written in the file. */
  read(found: Found): readonly ObjectOf<K>[];
  declare(definitions: Definitions, place: Place): readonly ObjectOf<K>[];
  /** The same object, its names spelt otherwise. */
  respell(object: ObjectOf<K>, spelling: Spelling): ObjectOf<K>;
  readonly write: Writing<ObjectOf<K>>;
  /** An engine without roles asks for no rights. */
  needs(change: ChangeOf<K>): readonly never[];
  /**
   * A statement, without its semicolon, after which an object of somebody else no longer endangers the runtime. Null for
   * a kind that has no way of its own to endanger it, or stands in its table: SQLite changes no column and takes no
   * constraint away. https://www.sqlite.org/lang_altertable.html
   */
  readonly mend: ((object: ObjectOf<K>) => string | null) | null;
}

/** All that a look found, for the kinds to read. */
export interface Found {
  readonly look: Look;
  readonly answer: Answer;
  readonly tables: readonly LiveTable[];
  /** The rows of the bookkeeping tables that are there, in the order of the look. */
  readonly contents: readonly FoundContent[];
  /** Names of the tables that have rows, of those that are to be emptied. */
  readonly filled: readonly string[];
  /** What others' keys to our tables lead to. */
  readonly around: Around;
}

export interface FoundContent {
  readonly table: string;
  readonly column: string;
  readonly values: readonly string[];
}

/** Names as they are to be spelt. Tables are named as in the file. */
export interface Spelling {
  /** Of anything but a column. */
  readonly name: (name: string) => string;
  readonly column: (table: string, name: string) => string;
  /** Of the columns within an expression over the table, in canonical text. */
  readonly expression: (table: string, text: string) => string;
}

/** How changes of a kind become statements. */
export type Writing<O extends CatalogObject> =
  /** Not at all: opening the file makes it. */
  | { readonly written: 'with the file' }
  /** By those of its table, which is made, dropped or rebuilt with all that stands in it. */
  | {
      readonly written: 'with its table';
      /** Of a rebuild or a drop: rows that may not meet what is asked of them, and values that are gone. */
      hazards(change: Change<O>, context: RenderContext, before: TableParts): readonly Hazard[];
    }
  /** By its own; an altered or renamed object is made anew. */
  | {
      readonly written: 'by itself';
      create(object: O, context: RenderContext): readonly Draft[];
      drop(object: O, context: RenderContext): readonly Draft[];
    };

/** One statement as a kind writes it; `cost.ts` adds what follows from the change and from sizes. */
export interface Draft {
  readonly sql: string;
  /** Tables, by name, that it looks through more than a row at a time. */
  readonly scans?: readonly string[];
  /** Tables, by name, that it writes anew as a whole. */
  readonly rewrites?: readonly string[];
  readonly hazards?: readonly Hazard[];
  /** False for settings of the connection, and for temporary tables, which stand in no file of ours. */
  readonly writes?: false;
  /** With foreign keys on, the drop of a table deletes the rows that refer to its own. */
  readonly foreignKeys?: 'off';
  /** `with others` unless said. */
  readonly commits?: 'no transaction';
}

/** Answers that most kinds have in common. */
export const noRights = (): readonly never[] => [];
export const nothing = (): readonly never[] => [];
export const asItIs = <O>(object: O): O => object;

/** The names of what stands in a table. */
export const respelt = <O extends { readonly table: string; readonly name: string }>(
  object: O,
  { name }: Spelling,
): O => ({ ...object, table: name(object.table), name: name(object.name) });

/**
 * Where the table has rows; nothing can fail for those of a table that has none, or is still to be made.
 * @param query finds the rows; null where none can
 */
export const mayFail = (
  { facts }: RenderContext,
  table: string,
  why: string,
  query: string | null,
): readonly Hazard[] =>
  (facts.get(relationName(schema, table))?.rows ?? 0) > 0
    ? [{ name: 'may-fail', why, instead: query === null ? null : `find these rows first: ${query}` }]
    : [];

/** Unless it is known that the table has no rows. */
export const losesData = ({ facts }: RenderContext, table: string, why: string): readonly Hazard[] =>
  facts.get(relationName(schema, table))?.rows === 0
    ? []
    : [{ name: 'data-loss', why, instead: 'copy the file first' }];

/** The module of a kind that SQLite has not: no file holds such an object, so no plan can make or drop one. */
export function unknownKind(kind: ObjectKind) {
  const refuse = (object: CatalogObject): never => {
    throw new Error(`SQLite has no ${kind}, so no catalog of it can hold one: ${JSON.stringify(object)}`);
  };
  return {
    rows: null,
    read: nothing,
    declare: nothing,
    respell: asItIs,
    write: { written: 'by itself', create: refuse, drop: refuse },
    needs: noRights,
    mend: null,
  } as const;
}
