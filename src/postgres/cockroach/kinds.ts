import type { KeyObject } from '../../model/objects.ts';
import { type Kinds, kinds } from '../kinds.ts';
import { copyAtOnce } from '../kinds/backlog.ts';
import { type Draft, differing, impossible, isOnly, qualified, writing } from '../kinds/draft.ts';

const { key, check, foreignKey, trigger, backlog } = kinds;

/** A unique constraint is an index there and goes as one. https://www.cockroachlabs.com/docs/stable/drop-index */
const dropUnique = (o: KeyObject): Draft => ({ sql: `DROP INDEX ${qualified(o.schema, o.name)} CASCADE` });

/** How the kinds are written where CockroachDB words them otherwise than PostgreSQL. */
export const cockroachKinds: Kinds = {
  ...kinds,
  key: {
    ...key,
    write: writing({
      create: key.write,
      // A primary key can be replaced in one statement only. https://www.cockroachlabs.com/docs/stable/alter-table
      alter: (change, context) => {
        const { id, from, to } = change;
        return from.primary
          ? key.write(change, context)
          : [dropUnique(from), ...key.write({ type: 'create', id, to }, context)];
      },
      rename: key.write,
      drop: (change, context) => (change.from.primary ? key.write(change, context) : [dropUnique(change.from)]),
    }),
  },
  check: {
    ...check,
    write: (change, context) =>
      change.type === 'alter' && isReplaced(differing(change))
        ? [
            ...check.write({ type: 'drop', id: change.id, from: change.from }, context),
            ...check.write({ type: 'create', id: change.id, to: change.to }, context),
          ]
        : check.write(change, context),
  },
  foreignKey: {
    ...foreignKey,
    write: (change, context) =>
      change.type === 'alter' && isReplaced(differing(change))
        ? [
            ...foreignKey.write({ type: 'drop', id: change.id, from: change.from }, context),
            ...foreignKey.write({ type: 'create', id: change.id, to: change.to }, context),
          ]
        : foreignKey.write(change, context),
  },
  // There is no NOTIFY for it.
  trigger: {
    ...trigger,
    write: writing({ create: impossible, alter: impossible, rename: impossible, drop: trigger.write }),
  },
  backlog: {
    ...backlog,
    write: writing({
      create: impossible,
      alter: impossible,
      rename: impossible,
      drop: ({ from }) => [copyAtOnce(from)],
    }),
  },
};

/** A name becomes free only when the statement that drops its constraint has been committed. */
const isReplaced = (fields: ReadonlySet<PropertyKey>): boolean => !isOnly(fields, 'validated');
