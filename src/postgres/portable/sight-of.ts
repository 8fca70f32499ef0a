import type { Row } from '../../model/dialect.ts';
import { hiddenAmong, ifAnswered } from './probe.ts';
import type { Reading, Shown, Source } from './reading.ts';
import { isTable, nameIn } from './rows.ts';
import type { Ask } from './server.ts';
import type { Sight } from './sight.ts';
import { routineNames } from './views.ts';

/**
 * What the role is shown of tables. The owner is shown all; who has a privilege on the table, the columns that go with it,
 * and its keys with any but SELECT.
 * @param granted the privileges on tables
 */
export function shownOf(own: ReadonlySet<string>, granted: readonly Row[]): Shown {
  const mine = granted.filter((row) => row['mine'] === true);
  const having = (isOne: (privilege: string) => boolean): ReadonlySet<string> => {
    const rows = mine.filter((row) => isOne(nameIn(row, 'privilege_type')));
    return new Set([...own, ...rows.map((row) => nameIn(row, 'table_name'))]);
  };
  return { own, withColumns: having((one) => ofColumns.has(one)), withKeys: having((one) => one !== 'SELECT') };
}

/** Privileges on a table that are those on each of its columns. */
const ofColumns = new Set(['SELECT', 'INSERT', 'UPDATE', 'REFERENCES', 'ALL']);

/** What the role was shown of all. */
export async function sightOf(
  ask: Ask,
  source: Source,
  readings: readonly Reading[],
  unreadRows: ReadonlySet<string>,
): Promise<Sight> {
  const { look, views, shown, isPostgres } = source;
  const names = new Set(views.tables.map((row) => nameIn(row, 'table_name')));
  const tables = views.tables.filter(isTable).map((row) => nameIn(row, 'table_name'));
  // Of the others only the names are to be free, or they are retired.
  const others = (look.relations ?? []).filter((name) => look.reserved.includes(name) && !names.has(name));
  return {
    isPostgres,
    ...shown,
    tables: new Set(tables),
    hiddenTables: await hiddenAmong(ask, others, look.schema),
    hiddenFunctions: await hiddenFunctions(ask, source),
    unreadRows,
    unread: new Set(readings.flatMap(({ unread = [] }) => unread)),
    unseenFields: new Map(readings.flatMap(({ unseenFields = [] }) => unseenFields)),
  };
}

/** Functions of which there are more than are shown; of another product all, since nothing but a name is read of them. */
async function hiddenFunctions(ask: Ask, { look, views, isPostgres }: Source): Promise<ReadonlySet<string>> {
  const shown = views.routines.map((row) => nameIn(row, 'routine_name'));
  const answer = await ifAnswered(ask, routineNames(look));
  // Where nobody tells, any may be there.
  if (typeof answer === 'string') return new Set(look.functions ?? shown);
  const all = answer.map((row) => nameIn(row, 'name'));
  const count = (names: readonly string[], name: string): number => names.filter((one) => one === name).length;
  return new Set([...all, ...shown].filter((name) => !isPostgres || count(all, name) > count(shown, name)));
}
