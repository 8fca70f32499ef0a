import { relationName } from '../model/facts.ts';
import { makeshiftName } from '../model/makeshift.ts';
import type { DependentObject } from '../model/objects.ts';
import { quoteIdentifier, singleLine } from '../sql/quote.ts';
import type { SurroundingRow } from './catalog-answer.ts';
import { schema } from './names.ts';
import { rebuildDrafts, rowidCopy } from './rebuild/rebuild.ts';
import { mentions } from './text/mentions.ts';
import { type ParsedConstraint, parseTable } from './text/parse.ts';
import { folded, tokenize } from './text/tokens.ts';

/**
 * Objects of others that would not survive the drop of ours, or would be of no use after it: triggers on other tables
 * and views that name one of ours, views on such views, and foreign keys. SQLite has no ALTER TABLE for a foreign key:
 * its table is rebuilt without it.
 * @param spared names of tables and views of others under names of ours
 * @param statistics tables of ANALYZE that are there
 */
export function readDependents(
  rows: readonly SurroundingRow[],
  spared: readonly string[],
  statistics: readonly string[],
): readonly DependentObject[] {
  const kept = new Set(spared.map(folded));
  const isOurs = ({ isLooked, table }: SurroundingRow): boolean => isLooked === 1 && !kept.has(folded(table));
  const others = rows.filter((row) => !isOurs(row));
  const ours = foldedNames(rows.filter((row) => isOurs(row) && isRelation(row)));
  const views = viewsOn(ours, others);
  const lost = new Set([...ours, ...foldedNames(views.map(({ row }) => row))]);
  const isLostTrigger = ({ type, table, sql }: SurroundingRow): boolean =>
    type === 'trigger' && (lost.has(folded(table)) || mentions(sql, lost));
  const triggers = new Set(others.filter(isLostTrigger));
  const staying = others.filter((row) => !triggers.has(row));
  const taken = foldedNames(rows);
  const foreignKeys = staying.flatMap((row) => foreignKeysOf(row, { ours, staying, taken, statistics }));
  const depthOn = depthsOn([...views, ...foreignKeys]);
  return [
    ...[...triggers].map((row) => dropOf({ row, depth: depthOn(row.table) })),
    ...views.map(dropOf),
    ...foreignKeys.map(({ object }) => object),
  ];
}

/** Something that goes, and how much of others stands between it and ours. */
interface Going {
  readonly row: SurroundingRow;
  readonly depth: number;
}

const isRelation = ({ type }: SurroundingRow): boolean => type === 'table' || type === 'view';

const foldedNames = (rows: readonly SurroundingRow[]): ReadonlySet<string> =>
  new Set(rows.map(({ name }) => folded(name)));

/** Each view at the end of the longest way to it. Views that name each other in a ring are no reason to go on. */
function viewsOn(ours: ReadonlySet<string>, others: readonly SurroundingRow[]): readonly Going[] {
  const views = others.filter(({ type }) => type === 'view');
  const depths = new Map<SurroundingRow, number>();
  let names = ours;
  for (let depth = 0; depth < views.length && names.size > 0; depth++) {
    const above = names;
    const next = views.filter(({ sql }) => mentions(sql, above));
    for (const row of next) depths.set(row, depth);
    names = foldedNames(next);
  }
  return [...depths].map(([row, depth]) => ({ row, depth }));
}

/** How deep something stands that stands on such a table or view: it goes down with that, or would be made again with it. */
function depthsOn(found: readonly Going[]): (name: string) => number {
  const depths = new Map<string, number>();
  for (const { row, depth } of found) {
    const name = folded(row.name);
    depths.set(name, Math.max(depth + 1, depths.get(name) ?? 0));
  }
  return (name) => depths.get(folded(name)) ?? 0;
}

const dropOf = ({ row: { type, name, sql }, depth }: Going): DependentObject => ({
  kind: 'dependent',
  name: `${type} ${name}`,
  removal: `DROP ${type.toUpperCase()} ${quoteIdentifier(name)}`,
  // What ends in a comment would hide the semicolon in it.
  definition: sql.includes('--') ? `${sql}\n;` : `${sql};`,
  depth,
  relations: [],
});

interface Surroundings {
  readonly ours: ReadonlySet<string>;
  /** Objects of others that do not go: those on a table that is rebuilt are made again. */
  readonly staying: readonly SurroundingRow[];
  readonly taken: ReadonlySet<string>;
  readonly statistics: readonly string[];
}

/** One rebuild a foreign key, each without those that go before it. */
function foreignKeysOf(
  row: SurroundingRow,
  { ours, staying, taken, statistics }: Surroundings,
): readonly (Going & { readonly object: DependentObject })[] {
  const references = row.references.filter(({ parent }) => ours.has(folded(parent)));
  const ids = [...new Set(references.map(({ id }) => id))];
  if (ids.length === 0) return [];
  const { columns: texts, constraints, options } = parseTable(row.sql);
  const rows = { hasRowid: !options.includes('WITHOUT ROWID'), columns: texts.map(({ name }) => name) };
  const clauses = constraints.filter(({ kind }) => kind === 'foreignKey');
  const again = staying.filter(({ type, table }) => type !== 'table' && folded(table) === folded(row.name));
  const makeshift = makeshiftName(row.name, (name) => taken.has(folded(name)));
  const gone: ParsedConstraint[] = [];
  return ids.map((id, i) => {
    // The pragma counts from the last one in the text.
    const clause = clauses[clauses.length - 1 - id];
    if (clause === undefined) throw new Error(`foreign key ${id} of ${row.name} was not read well`);
    gone.push(clause);
    const rebuild = rebuildDrafts({
      table: row.name,
      makeshift,
      create: withoutClauses(row.sql, gone, makeshift),
      copy: [...rowidCopy(rows, rows), ...row.columns.map((column) => [column, quoteIdentifier(column)] as const)],
      statistics,
      keepsSequence: options.includes('AUTOINCREMENT'),
    });
    const columns = references.filter((reference) => reference.id === id).map(({ from }) => from);
    const label = `${row.name} (${columns.join(', ')})`;
    const object: DependentObject = {
      kind: 'dependent',
      name: `foreign key of ${label}`,
      removal: [...rebuild, ...again].map(({ sql }) => sql).join(';\n'),
      // There is no statement that adds a foreign key.
      definition: `-- ${singleLine(`${label}: ${row.sql.slice(clause.start, clause.end)}`)}`,
      depth: ids.length - 1 - i,
      relations: [relationName(schema, row.name)],
    };
    return { row, depth: object.depth, object };
  });
}

/** The CREATE TABLE as its owner wrote it, less some clauses, for a table under another name. */
function withoutClauses(sql: string, gone: readonly ParsedConstraint[], makeshift: string): string {
  const { name } = parseTable(sql);
  const tokens = tokenize(sql);
  let text = sql;
  for (const { start, end } of gone.toSorted((a, b) => b.start - a.start)) {
    const previous = tokens.findLast((token) => token.end <= start);
    text = text.slice(0, previous?.text === ',' ? previous.start : start) + text.slice(end);
  }
  return text.slice(0, name.start) + quoteIdentifier(makeshift) + text.slice(name.end);
}
