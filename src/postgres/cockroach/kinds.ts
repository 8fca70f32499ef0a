import type { KeyObject } from '../../model/objects.ts';
import { type Kinds, kinds } from '../kinds.ts';
import { copyAtOnce } from '../kinds/backlog.ts';
import { type Draft, differing, impossible, isOnly, type KindModule, qualified, writing } from '../kinds/draft.ts';

const { key, check, foreignKey, trigger, backlog } = kinds;

/** How the kinds are written where CockroachDB words them otherwise than PostgreSQL. */
export const cockroachKinds: Kinds = {
  ...kinds,
  key: {
    ...key,
    // A primary key can be replaced in one statement only. https://www.cockroachlabs.com/docs/stable/alter-table
    write: (change, context) => {
      if (change.type === 'create' || change.type === 'rename' || change.from.primary)
        return key.write(change, context);
      const { id, from } = change;
      const again = change.type === 'drop' ? [] : key.write({ type: 'create', id, to: change.to }, context);
      return [dropUnique(from), ...again];
    },
  },
  check: dropFirst(check),
  foreignKey: dropFirst(foreignKey),
  trigger: {
    ...trigger,
    // There is no NOTIFY for it.
    write: (change, context) => (change.type === 'drop' ? trigger.write(change, context) : impossible(change)),
  },
  backlog: {
    ...backlog,
    // Each statement commits by itself.
    write: writing({
      create: impossible,
      alter: impossible,
      rename: impossible,
      drop: ({ from }) => copyAtOnce(from),
    }),
  },
};

/** A unique constraint is an index there and goes as one. https://www.cockroachlabs.com/docs/stable/drop-index */
function dropUnique(o: KeyObject): Draft {
  return { sql: `DROP INDEX ${qualified(o.schema, o.name)} CASCADE` };
}

/** A name becomes free only when the statement that drops its constraint has been committed. */
function dropFirst<K extends 'check' | 'foreignKey'>(module: KindModule<K>): KindModule<K> {
  return {
    ...module,
    write: (change, context) => {
      if (change.type !== 'alter' || isOnly(differing(change), 'validated')) return module.write(change, context);
      const { id, from, to } = change;
      return [
        ...module.write({ type: 'drop', id, from }, context),
        ...module.write({ type: 'create', id, to }, context),
      ];
    },
  };
}
