import { withoutListenNotify } from '../../model/definition.ts';
import type { CatalogObject, CheckObject, ForeignKeyObject, KeyObject, TriggerObject } from '../../model/objects.ts';
import { type Draft, differing, type KindRenderer, never, qualified } from '../draft.ts';
import { type Flavour, postgresql } from '../flavour.ts';
import { copyAtOnce } from '../kinds/backlog.ts';

const { renderers } = postgresql;

/** INTEGER has 64 bits there, INT4 the 32 that PostgreSQL means. https://www.cockroachlabs.com/docs/stable/int */
const integersOf32Bits = (text: string): string => text.replaceAll(/\binteger\b/g, 'int4');

function object(o: CatalogObject): CatalogObject {
  if (o.kind === 'column') return { ...o, type: integersOf32Bits(o.type) };
  if (o.kind !== 'function') return o;
  // A function takes no settings along. https://www.cockroachlabs.com/docs/stable/create-function
  const [signature, args] = [o.signature, o.arguments].map(integersOf32Bits) as [string, string];
  return { ...o, signature, arguments: args, settings: [] };
}

/** A unique constraint is an index there and goes as one. https://www.cockroachlabs.com/docs/stable/drop-index */
const dropUnique = (o: KeyObject): Draft => ({ sql: `DROP INDEX ${qualified(o.schema, o.name)} CASCADE` });

const key: KindRenderer<KeyObject> = {
  ...renderers.key,
  // A primary key can be replaced in one statement only. https://www.cockroachlabs.com/docs/stable/alter-table
  alter: (change, context) =>
    change.from.primary
      ? renderers.key.alter(change, context)
      : [dropUnique(change.from), ...renderers.key.create(change.to, context)],
  drop: (o, context) => (o.primary ? renderers.key.drop(o, context) : [dropUnique(o)]),
};

/** A name becomes free only when the statement that drops its constraint has been committed. */
const dropFirst = <O extends CheckObject | ForeignKeyObject>(renderer: KindRenderer<O>): KindRenderer<O> => ({
  ...renderer,
  alter: (change, context) => {
    const fields = differing(change);
    return fields.size === 1 && fields.has('validated')
      ? renderer.alter(change, context)
      : [...renderer.drop(change.from, context), ...renderer.create(change.to, context)];
  },
});

const trigger: KindRenderer<TriggerObject> = {
  ...renderers.trigger,
  create: never('make a trigger without NOTIFY'),
  alter: never('alter a trigger without NOTIFY'),
};

/**
 * CockroachDB: what it lacks of PostgreSQL and what it words otherwise. Its schema changes are made online, and, from
 * release 25.1 on, each of them commits the transaction that it comes in: so every statement stands alone, waits for
 * nobody's lock and blocks no writer.
 * https://www.cockroachlabs.com/docs/stable/online-schema-changes
 * https://www.cockroachlabs.com/docs/releases/v25.1
 */
export const cockroach: Flavour = {
  definitions: withoutListenNotify,
  object,
  renderers: {
    ...renderers,
    key,
    check: dropFirst(renderers.check),
    foreignKey: dropFirst(renderers.foreignKey),
    trigger,
    backlog: { ...renderers.backlog, drop: (o) => [copyAtOnce(o)] },
  },
  draft: standsAlone,
};

function standsAlone(draft: Draft): Draft {
  const { lock: _, hazards = [], ...rest } = draft;
  return { ...rest, transactional: false, hazards: hazards.filter((hazard) => hazard !== 'blocks writers') };
}
