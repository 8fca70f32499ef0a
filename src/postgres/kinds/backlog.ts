import { isDeepStrictEqual } from 'node:util';
import type { RenderContext } from '../../model/dialect.ts';
import { idFor } from '../../model/kinds.ts';
import type { BacklogObject } from '../../model/objects.ts';
import { dollarQuote, quoteIdentifier } from '../../sql/quote.ts';
import { type Draft, type KindRenderer, never, qualified } from '../draft.ts';

/** Rows in one batch: some megabytes of log, a fraction of a second. */
const batch = 10_000;

/**
 * Copies in batches that are committed one by one, along the older table's key, so that it can be killed and run
 * again. COMMIT in a DO block works outside a transaction only.
 * https://www.postgresql.org/docs/current/plpgsql-transactions.html
 */
function copyRows({ schema, table, into, columns }: BacklogObject): Draft {
  const list = columns.map(quoteIdentifier).join(', ');
  const key = quoteIdentifier(columns[0] ?? '');
  const body = `
DECLARE
  done text;
  upto text;
BEGIN
  LOOP
    WITH batch AS (
      SELECT ${list} FROM ${qualified(schema, table)} WHERE done IS NULL OR ${key} > done ORDER BY ${key} LIMIT ${batch}
    ), copied AS (
      INSERT INTO ${qualified(schema, into)} (${list}) SELECT ${list} FROM batch ON CONFLICT DO NOTHING
    )
    SELECT max(${key}) INTO upto FROM batch;
    EXIT WHEN upto IS NULL;
    done := upto;
    COMMIT;
  END LOOP;
END
`;
  return {
    sql: `DO ${dollarQuote(body)}`,
    lock: 'ROW EXCLUSIVE',
    transactional: false,
  };
}

/** All rows in one statement, which copies all of them or, killed, none. */
export const copyAtOnce = ({ schema, table, into, columns }: BacklogObject): Draft => {
  const list = columns.map(quoteIdentifier).join(', ');
  return {
    sql: `INSERT INTO ${qualified(schema, into)} (${list}) SELECT ${list} FROM ${qualified(schema, table)} ON CONFLICT DO NOTHING`,
    lock: 'ROW EXCLUSIVE',
  };
};

/**
 * A schema that calls itself complete is not asked for a backlog once the newer table is there: what was not copied by
 * then never would be.
 */
const isSaidToBeComplete = ({ live, target }: RenderContext): boolean =>
  [...target.values()].every((o) => o.kind !== 'version' || isDeepStrictEqual(live.get(idFor(o)), o));

export const backlog: KindRenderer<BacklogObject> = {
  create: never('ask for a backlog'),
  alter: never('alter a backlog'),
  rename: never('rename a backlog'),
  drop: (o, context) => [isSaidToBeComplete(context) ? copyAtOnce(o) : copyRows(o)],
};
