import type { Alter, Change, ChangeOf, Create, Drop, Rename } from '../../model/change.ts';
import type { Definitions } from '../../model/definition.ts';
import type { RenderContext } from '../../model/dialect.ts';
import { relationName } from '../../model/facts.ts';
import type { Hazard } from '../../model/hazard.ts';
import { traitsOf } from '../../model/kinds.ts';
import type { Look, Place } from '../../model/look.ts';
import type { CatalogObject, GrantObject, ObjectKind, ObjectOf } from '../../model/objects.ts';
import type { Commit } from '../../model/plan.ts';
import { quoteIdentifier } from '../../sql/quote.ts';

/**
 * All that this dialect knows of one kind of object.
 * @typeParam R a row of its query, as JSON
 */
export interface KindModule<K extends ObjectKind, R = never> {
  /**
   * Its part of the catalog query: a query whose rows become a JSON array; null where nothing is asked for. It may use
   * what `regarded` in `asking.ts` defines, `ns`, `rel`, `tab`, `fun` and `con`, and `app`.
   */
  rows(look: Look): string | null;
  /** What a row stands for. @throws UserError where the role may not see what has to be known */
  read(row: R, place: Place): readonly ObjectOf<K>[];
  declare(definitions: Definitions, place: Place): readonly ObjectOf<K>[];
  /** The statements that make a change. @throws UserError where a live object cannot become the declared one */
  write(change: ChangeOf<K>, context: RenderContext): readonly Draft[];
  /** What the connected role must be allowed to do. */
  needs(change: ChangeOf<K>): readonly Right[];
  /**
   * A statement, without its semicolon, after which an object of somebody else no longer endangers the runtime: the
   * weakest that helps. Null for a kind that has no way of its own to endanger it.
   */
  readonly mend: ((object: ObjectOf<K>) => string) | null;
}

/** https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES */
export type LockMode =
  | 'ROW SHARE'
  | 'ROW EXCLUSIVE'
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'ACCESS EXCLUSIVE';

/** One statement as a kind's file writes it; `cost.ts` adds what follows from sizes and from the statements before. */
export interface Draft {
  readonly sql: string;
  /** One entry a relation, the strongest. Indexes and sequences go with their table. */
  readonly locks?: readonly { readonly relation: string; readonly mode: LockMode }[];
  readonly scans?: readonly string[];
  readonly rewrites?: readonly string[];
  /** `with others` unless said. */
  readonly commits?: Commit;
  /** `database` unless said. */
  readonly on?: 'server';
  /** Those that do not follow from locks and sizes. */
  readonly hazards?: readonly Hazard[];
  /** How the same is had without keeping others waiting, in words or as a statement. */
  readonly instead?: string;
}

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE' | 'REFERENCES';

/** What a change needs, and the connected role may not be allowed. */
export type Right =
  | { readonly right: 'create a schema' | 'create in the schema' }
  /** Only an owner, or a member of the owning role, can alter. https://www.postgresql.org/docs/current/ddl-priv.html */
  | { readonly right: 'own'; readonly kind: 'table' | 'function'; readonly name: string }
  | { readonly right: 'use'; readonly privilege: Privilege; readonly table: string }
  | { readonly right: 'grant'; readonly grant: GrantObject };

interface Writers<O extends CatalogObject> {
  readonly create: (change: Create<O>, context: RenderContext) => readonly Draft[];
  readonly alter: (change: Alter<O>, context: RenderContext) => readonly Draft[];
  readonly rename: (change: Rename<O>, context: RenderContext) => readonly Draft[];
  readonly drop: (change: Drop<O>, context: RenderContext) => readonly Draft[];
}

/** A kind's `write`, by the type of the change. */
export const writing =
  <O extends CatalogObject>(by: NoInfer<Writers<O>>) =>
  (change: Change<O>, context: RenderContext): readonly Draft[] => {
    switch (change.type) {
      case 'create':
        return by.create(change, context);
      case 'alter':
        return by.alter(change, context);
      case 'rename':
        return by.rename(change, context);
      case 'drop':
        return by.drop(change, context);
    }
  };

/** For what no plan of ours ever does: reaching it is a mistake of the planner. */
export function impossible(change: Change): never {
  throw new Error(`no plan can ${change.type} ${change.id}`);
}

interface InTable {
  readonly schema: string;
  readonly table: string;
}
interface NamedInTable extends InTable {
  readonly name: string;
}

/** `"dbos"."workflow_status"` */
export const qualified = (schema: string, name: string): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

/** The table that an object stands in, qualified. */
export const tableOf = ({ schema, table }: InTable): string => qualified(schema, table);

/** The same as locks, scans and facts have it. */
export const relationOf = ({ schema, table }: InTable): string => relationName(schema, table);

export const columnList = (columns: readonly string[]): string => `(${columns.map(quoteIdentifier).join(', ')})`;

export const lock = (relation: string, mode: LockMode): Required<Pick<Draft, 'locks'>> => ({
  locks: [{ relation, mode }],
});

/** An ALTER TABLE with its usual lock. */
export const alterTable = (o: InTable, action: string, mode: LockMode = 'ACCESS EXCLUSIVE'): Draft => ({
  sql: `ALTER TABLE ${tableOf(o)} ${action}`,
  ...lock(relationOf(o), mode),
});

/** The fields in which two objects of one kind differ; one of them need not have all that the other has. */
export const differing = <O extends CatalogObject>({ from, to }: Alter<O>): ReadonlySet<keyof O> =>
  new Set(
    (Object.keys({ ...from, ...to }) as (keyof O)[]).filter(
      (field) => JSON.stringify(from[field]) !== JSON.stringify(to[field]),
    ),
  );

export const isOnly = (fields: ReadonlySet<PropertyKey>, field: string): boolean =>
  fields.size === 1 && fields.has(field);

export const mayOwn = ({ table }: InTable): readonly Right[] => [{ right: 'own', kind: 'table', name: table }];

/** Where the relation has rows; nothing can fail for those of a table that has none, or is still to be made. */
export const mayFail = ({ facts }: RenderContext, relation: string, why: string): readonly Hazard[] =>
  (facts.get(relation)?.rows ?? 0) > 0 ? [{ name: 'may-fail', why, instead: null }] : [];

/** Unless it is known that the relation has no rows. */
export const losesData = ({ facts }: RenderContext, relation: string, why: string): readonly Hazard[] =>
  facts.get(relation)?.rows === 0 ? [] : [{ name: 'data-loss', why, instead: null }];

/** `column c of dbos.t` */
export const nameOf = (o: CatalogObject & NamedInTable): string => `${traitsOf(o).label} ${o.name} of ${relationOf(o)}`;
