import type { Row } from '../../model/dialect.ts';
import { groupBy } from '../../model/group-by.ts';
import { idFor } from '../../model/kinds.ts';
import type { CheckObject, KeyObject, ObjectId } from '../../model/objects.ts';
import { identifierAsPrinted } from '../../sql/quote.ts';
import { type ColumnsOf, columnsIn, deferrableIn, validityIn } from './constraint-rows.ts';
import { readForeignKeys } from './foreign-keys.ts';
import type { Reading, Source } from './reading.ts';
import { nameIn } from './rows.ts';

/**
 * Keys, foreign keys and checks.
 * https://www.postgresql.org/docs/current/infoschema-table-constraints.html
 */
export function readConstraints(source: Source): Reading {
  const { look, views, shown } = source;
  const byType = groupBy(views.table_constraints, (row) => nameIn(row, 'constraint_type'));
  const columnsOf = columnsIn(views.key_column_usage);
  const keys = [...(byType.get('PRIMARY KEY') ?? []), ...(byType.get('UNIQUE') ?? [])].map((row) =>
    keyOf(row, look.schema, columnsOf),
  );
  // Of a key no more columns are told than the role is shown.
  const isWhole = ({ table, columns }: KeyObject): boolean => shown.withColumns.has(table) && columns.length > 0;
  const readings = [
    { objects: keys.filter(isWhole), unread: keys.filter((key) => !isWhole(key)).map(idFor) },
    readForeignKeys(source, byType.get('FOREIGN KEY') ?? [], columnsOf),
    readChecks(source, byType.get('CHECK') ?? []),
  ];
  return {
    objects: readings.flatMap(({ objects }) => objects),
    unread: readings.flatMap(({ unread = [] }) => unread),
  };
}

function keyOf(row: Row, schema: string, columnsOf: ColumnsOf): KeyObject {
  const [table, name] = [nameIn(row, 'table_name'), nameIn(row, 'constraint_name')];
  return {
    kind: 'key',
    schema,
    table,
    name,
    primary: nameIn(row, 'constraint_type') === 'PRIMARY KEY',
    columns: columnsOf(schema, table, name).map((column) => nameIn(column, 'column_name')),
    include: [],
    nullsNotDistinct: nameIn(row, 'nulls_distinct') === 'NO',
    deferrable: deferrableIn(row),
  };
}

/**
 * Checks, of which only the owner is told what they ask for. Each NOT NULL is one too, without parentheses, and
 * two tables can have checks of one name, which then cannot be told apart.
 */
function readChecks({ look: { schema }, views, shown: { own } }: Source, rows: readonly Row[]): Reading {
  const clauses = groupBy(views.check_constraints, (row) => nameIn(row, 'constraint_name'));
  const notNulls = new Set(views.columns.flatMap((row) => notNull(nameIn(row, 'column_name'))));
  const objects: CheckObject[] = [];
  const unread: ObjectId[] = [];
  for (const row of rows) {
    const [table, name] = [nameIn(row, 'table_name'), nameIn(row, 'constraint_name')];
    const texts = new Set((clauses.get(name) ?? []).map((clause) => clauseText(nameIn(clause, 'check_clause'))));
    const [text = ''] = texts;
    const check: CheckObject = {
      kind: 'check',
      schema,
      table,
      name,
      expression: withoutParentheses(text),
      ...validityIn(row),
    };
    if (texts.size === 1 && notNulls.has(text)) continue;
    if (texts.size === 1) objects.push(check);
    else if (own.has(table)) unread.push(idFor(check));
  }
  return { objects, unread };
}

const notNull = (column: string): readonly string[] =>
  [column, identifierAsPrinted(column)].map((name) => `${name} IS NOT NULL`);

/** Up to PostgreSQL 16 what stands behind CHECK in the constraint's text, where it need not end with the condition. */
const clauseText = (clause: string): string => clause.replace(/\)(?: NO INHERIT)?(?: NOT VALID)?$/, ')');

/** The parentheses around the whole, of which releases print none, one or two pairs. */
export function withoutParentheses(text: string): string {
  return isEnclosed(text) ? withoutParentheses(text.slice(1, -1)) : text;
}

/** Whether the first parenthesis is closed by the last one. Those within texts and names count for nothing. */
function isEnclosed(text: string): boolean {
  const bare = text.replaceAll(/[eE]?'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (quoted) => '·'.repeat(quoted.length));
  if (!bare.startsWith('(') || !bare.endsWith(')')) return false;
  let depth = 0;
  const closing = bare.split('').findIndex((char) => {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    return depth === 0;
  });
  return closing === bare.length - 1;
}
