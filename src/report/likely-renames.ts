import type { DialectName } from '../model/dialect.ts';
import { definitionText } from '../model/kinds.ts';
import type { ColumnObject } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { indented, type Paint, wrapped } from './page.ts';
import type { DatabaseView } from './view.ts';

/**
 * A column that is missing beside one that nobody declares, alike but for their names and both the only such ones of
 * their table: it was most likely renamed. To add it anew would leave its values under the other name.
 */
export function renamesText({ plan, dialect }: Pick<DatabaseView, 'plan' | 'dialect'>, paint: Paint): string {
  const created = plan.changes.flatMap((change) => (change.type === 'create' ? [change.to] : []));
  const newTables = new Set(created.flatMap((object) => (object.kind === 'table' ? [object.name] : [])));
  const missing = created.filter((object) => object.kind === 'column').filter(({ table }) => !newTables.has(table));
  const unknown = plan.unmanaged.filter((object) => object.kind === 'column');
  return missing
    .flatMap((wanted) => {
      const [found, ...more] = unknown.filter((column) => isAlike(column, wanted));
      const rivals = missing.filter((column) => isAlike(column, wanted));
      return found === undefined || more.length > 0 || rivals.length > 1
        ? []
        : [renameText(found, wanted, dialect, paint)];
    })
    .join('');
}

const isAlike = (a: ColumnObject, b: ColumnObject): boolean =>
  a.table === b.table && definitionText(a) === definitionText(b);

function renameText(from: ColumnObject, to: ColumnObject, dialect: DialectName, paint: Paint): string {
  const told = `! ${to.table}.${to.name} was most likely renamed to ${from.name}; to rename it back:`;
  const table = `${dialect === 'sqlite' ? '' : `${quoteIdentifier(to.schema)}.`}${quoteIdentifier(to.table)}`;
  const sql = `ALTER TABLE ${table} RENAME COLUMN ${quoteIdentifier(from.name)} TO ${quoteIdentifier(to.name)};`;
  return `${wrapped(told, 2, 6).replace('!', paint('yellow', '!'))}\n${indented(sql, 6)}\n`;
}
