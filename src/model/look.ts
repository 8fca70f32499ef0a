import type { Definitions, Reference, TableDefinition } from './definition.ts';

/** Where the objects of a catalog stand. */
export interface Place {
  /** Name of the database, or the path of the file. */
  readonly database: string;
  readonly schema: string;
  /** The role whose grants are part of the catalog, as with `--app-role`. */
  readonly role: string | null;
}

/** What a run is about in one database. */
export interface Scope extends Place {
  readonly definitions: Definitions;
  /** Another database of the server, which may be what is meant where this one is missing. */
  readonly alternative?: string;
}

/** The rows of a bookkeeping table, whose content is part of the schema. */
export interface Content {
  readonly table: string;
  readonly column: string;
  /** The declared rows: while they stand, a schema calls itself complete. */
  readonly values: readonly string[];
}

/** An older table whose rows a newer one takes over. */
export interface Takeover {
  readonly table: string;
  readonly into: string;
  /** Columns to copy, the newer table's key first. */
  readonly columns: readonly string[];
  /** Columns of rows elsewhere, in the same order, that get the same values where they have none. */
  readonly fills: readonly Reference[];
}

/**
 * What an introspector is asked for: places and names, and nothing of how anything should be. A schema of 20,000 tables
 * is not read through for the few that are asked about.
 */
export interface Look extends Place {
  /** Names of tables and views; null for all that stand in the schema. */
  readonly relations: readonly string[] | null;
  /** Names of functions; null for all. */
  readonly functions: readonly string[] | null;
  /** Names that have to be free, or ours, whatever stands under them elsewhere in the schema. */
  readonly reserved: readonly string[];
  readonly contents: readonly Content[];
  readonly takeovers: readonly Takeover[];
  /** Names of tables of which it is asked whether they have rows: what only a run that empties them needs. */
  readonly emptied: readonly string[];
  /** Asks for what else stands in the schema and for what depends on it: what only a reset needs. */
  readonly surroundings: boolean;
  /** Names of others' tables and views, and functions as `name(types)`, that are looked at: what depends on them stays. */
  readonly spared: readonly string[];
  readonly alternative: string | null;
}

export interface LookOptions {
  readonly surroundings?: boolean;
  /** Whether tables are to be emptied. */
  readonly emptying?: boolean;
  readonly spared?: readonly string[];
}

/** The look that sees all that the definitions are about, retired objects included. */
export function lookFor(scope: Scope, { surroundings = false, emptying = false, spared = [] }: LookOptions = {}): Look {
  const { definitions, alternative, ...place } = scope;
  const { tables, functions, retired } = definitions;
  const retiredNames = (...kinds: readonly string[]): readonly string[] =>
    retired.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name);
  return {
    ...place,
    relations: [...tables.map(({ name }) => name), ...retiredNames('table', 'view')],
    functions: [...functions.map(({ name }) => name), ...retiredNames('function')],
    reserved: tables.flatMap(({ name, indexes = [] }) => [name, ...indexes.map((index) => index.name)]),
    contents: tables.flatMap(({ name: table, content }) =>
      content === undefined ? [] : [{ table, column: content.column, values: content.values.map(String) }],
    ),
    takeovers: tables.flatMap(({ name: into, takesOver }) =>
      emptying || takesOver === undefined ? [] : [{ fills: [], ...takesOver, into }],
    ),
    emptied: emptying ? [...tables.filter(holdsWork).map(({ name }) => name), ...retiredNames('table')] : [],
    surroundings,
    spared,
    alternative: alternative ?? null,
  };
}

/** Whether the rows of a table are of workflows: those of a version and of a record say what the schema is. */
const holdsWork = ({ content, ofSchema }: TableDefinition): boolean => content === undefined && ofSchema !== true;
