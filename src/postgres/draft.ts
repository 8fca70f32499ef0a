import type { Alter, Rename } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../model/objects.ts';
import type { Hazard } from '../model/plan.ts';
import { quoteIdentifier } from '../sql/quote.ts';

/** One statement as a kind's file writes it; `render.ts` adds what follows from the change. */
export interface Draft {
  readonly sql: string;
  /** Lock on an existing table, as named in https://www.postgresql.org/docs/current/explicit-locking.html */
  readonly lock?: 'ACCESS EXCLUSIVE' | 'SHARE' | 'SHARE ROW EXCLUSIVE' | 'SHARE UPDATE EXCLUSIVE' | 'ROW EXCLUSIVE';
  readonly hazards?: readonly Hazard[];
  readonly transactional?: false;
  readonly on?: 'server';
  /** Runs behind all other changes, before the schema says that it is complete. */
  readonly late?: true;
}

/** How one kind's changes are written. */
export interface KindRenderer<O extends CatalogObject> {
  create(object: O, context: RenderContext): readonly Draft[];
  alter(change: Alter<O>, context: RenderContext): readonly Draft[];
  rename(change: Rename<O>): readonly Draft[];
  drop(object: O, context: RenderContext): readonly Draft[];
}

export type Renderers = { readonly [K in ObjectKind]: KindRenderer<ObjectOf<K>> };

/** `"dbos"."workflow_status"` */
export const qualified = (schema: string, name: string): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

/** The table that an object stands in, qualified. */
export const tableOf = (object: { readonly schema: string; readonly table: string }): string =>
  qualified(object.schema, object.table);

export const columnList = (columns: readonly string[]): string => `(${columns.map(quoteIdentifier).join(', ')})`;

/** An ALTER TABLE with its usual lock. */
export const alterTable = (
  object: { readonly schema: string; readonly table: string },
  action: string,
  lock: NonNullable<Draft['lock']> = 'ACCESS EXCLUSIVE',
): Draft => ({ sql: `ALTER TABLE ${tableOf(object)} ${action}`, lock });

/** The fields in which two objects of one kind differ; one of them need not have all that the other has. */
export const differing = <O extends CatalogObject>({ from, to }: Alter<O>): ReadonlySet<keyof O> =>
  new Set(
    (Object.keys({ ...from, ...to }) as (keyof O)[]).filter(
      (field) => JSON.stringify(from[field]) !== JSON.stringify(to[field]),
    ),
  );

/** For what no plan of ours ever does: reaching it is a mistake of the planner. */
export const never = (what: string) => (): never => {
  throw new Error(`no plan can ${what}`);
};

/** A new name and nothing else, for kinds that are constraints. */
export const renameConstraint = ({
  from,
  to,
}: Rename<
  CatalogObject & { readonly table: string; readonly schema: string; readonly name: string }
>): readonly Draft[] => [
  alterTable(to, `RENAME CONSTRAINT ${quoteIdentifier(from.name)} TO ${quoteIdentifier(to.name)}`),
];

export const dropConstraint = (object: {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}): Draft => alterTable(object, `DROP CONSTRAINT ${quoteIdentifier(object.name)}`);
