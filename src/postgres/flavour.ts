import type { Definitions } from '../model/definition.ts';
import type { CatalogObject } from '../model/objects.ts';
import type { Draft, Renderers } from './draft.ts';
import { backlog } from './kinds/backlog.ts';
import { column } from './kinds/column.ts';
import { check, foreignKey, key } from './kinds/constraint.ts';
import { grant } from './kinds/grant.ts';
import { index } from './kinds/index.ts';
import { functionKind, trigger } from './kinds/routine.ts';
import { database, schema } from './kinds/schema.ts';
import { table, view } from './kinds/table.ts';
import { version } from './kinds/version.ts';

/** What a server that speaks PostgreSQL's language and is none does otherwise. */
export interface Flavour {
  /** What can be had there of what is defined. */
  readonly definitions: (definitions: Definitions) => Definitions;
  /** A declared object as it is to be there. */
  readonly object: (object: CatalogObject) => CatalogObject;
  readonly renderers: Renderers;
  /** What is true there of a statement. */
  readonly draft: (draft: Draft) => Draft;
}

const asItIs = <T>(value: T): T => value;

export const postgresql: Flavour = {
  definitions: asItIs,
  object: asItIs,
  renderers: {
    database,
    schema,
    table,
    column,
    key,
    check,
    index,
    foreignKey,
    view,
    function: functionKind,
    trigger,
    grant,
    backlog,
    version,
  },
  draft: asItIs,
};
