import type {
  CatalogObject,
  CheckObject,
  ColumnObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
} from '../model/objects.ts';
import { canonical, canonicalDefault, type Names, nameText } from './text/canonical.ts';
import { groupBy } from './group-by.ts';
import { keyColumnName } from './kinds/key.ts';
import type { IndexRow, LiveTable } from './live-rows.ts';
import { conventional, schema, type Spelling } from './names.ts';
import { type ParsedColumn, parseIndex, parseKeyPart } from './text/parse.ts';
import type { TableParts } from './parts.ts';
import { folded, type Token } from './text/tokens.ts';
import { typeByAffinity } from './type.ts';

/** What the objects of a live table are named and compared by. */
export interface Frame {
  readonly spelling: Spelling;
  /** The table as it is declared, if it is. */
  readonly declared: TableParts | undefined;
  /** Columns of the primary key of any table of the file. */
  readonly primaryKeyOf: (table: string) => readonly string[];
}

/** The objects of one table in the normal form of the declared ones. */
export function tableObjects(live: LiveTable, frame: Frame): readonly CatalogObject[] {
  const table = frame.spelling.table(live.row.name);
  const place: Place = { schema, table };
  const columns = new Map(live.columns.map(({ name }) => [folded(name), frame.spelling.column(table, name)]));
  const names: Names = { table: folded(table), column: (name) => columns.get(folded(name)) };
  const context: Context = { live, frame, place, names, claim: claimer() };
  return [
    { kind: 'table', schema, name: table, persistence: 'permanent', options: live.parsed.options },
    ...columnObjects(context),
    ...keyObjects(context),
    ...foreignKeyObjects(context),
    ...checkObjects(context),
    ...indexObjects(context),
    ...live.triggers.map((trigger) => ({
      kind: 'trigger' as const,
      ...place,
      name: frame.spelling.other(trigger.name),
      definition: trigger.sql,
      function: null,
      enabled: 'origin' as const,
    })),
  ];
}

interface Place {
  readonly schema: string;
  readonly table: string;
}

interface Context {
  readonly live: LiveTable;
  readonly frame: Frame;
  readonly place: Place;
  readonly names: Names;
  /** Gives a constraint its name, with a number behind it if it is another one's already. */
  readonly claim: (name: string) => string;
}

function claimer(): (name: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}${i}`;
    taken.add(name);
    return name;
  };
}

function columnObjects({ live, frame, place, names }: Context): readonly ColumnObject[] {
  const parsed = new Map(live.parsed.columns.map((column) => [folded(column.name), column]));
  const declared = new Set(frame.declared?.columns.map(({ name }) => name));
  return live.columns.map((row) => {
    const name = frame.spelling.column(place.table, row.name);
    const text = parsed.get(folded(row.name));
    return {
      kind: 'column',
      ...place,
      name,
      type: declared.has(name) ? typeByAffinity(row.type) : ownType(row.type, live.parsed.options),
      nullable: row.notnull === 0 && row.pk === 0,
      default: canonicalDefault(row.dflt_value),
      generated: generatedText(text, names),
      identity: null,
      collation: collationOf(text),
      ...(text?.onConflict == null ? {} : { onConflict: text.onConflict }),
      position: row.cid + 1,
    };
  });
}

/**
 * Somebody else's column keeps its type as it is, for the day when the table is rebuilt around it. A strict table's ANY
 * is what no type is elsewhere: there, ANY would make a number of a text. https://www.sqlite.org/stricttables.html
 */
const ownType = (type: string, options: readonly string[]): string =>
  type === 'ANY' && options.includes('STRICT') ? '' : type;

const generatedText = (column: ParsedColumn | undefined, names: Names): string | null =>
  column?.generated == null
    ? null
    : `(${canonical(column.generated.expression, names)}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`;

const collationOf = (column: ParsedColumn | undefined): string | null => otherThanBinary(column?.collation ?? null);

const otherThanBinary = (collation: string | null): string | null =>
  collation === null || collation.toUpperCase() === 'BINARY' ? null : collation.toUpperCase();

/** A repeated constraint makes no second index, and is left out; what it says about conflicts holds for the first. */
function keyObjects(context: Context): readonly KeyObject[] {
  const keys = new Map<string, KeyObject>();
  for (const constraint of context.live.parsed.constraints) {
    if (constraint.kind !== 'key') continue;
    const { primary, onConflict } = constraint;
    const columns = constraint.columns.map((tokens) => keyColumn(tokens, context));
    const text = JSON.stringify([primary, columns]);
    const earlier = keys.get(text);
    if (earlier !== undefined) {
      if (onConflict !== null) keys.set(text, { onConflict, ...earlier });
      continue;
    }
    keys.set(text, {
      kind: 'key',
      ...context.place,
      name: context.claim(keyName(context, primary, columns, constraint.name)),
      primary,
      columns,
      include: [],
      nullsNotDistinct: false,
      deferrable: 'no',
      ...(onConflict === null ? {} : { onConflict }),
    });
  }
  return [...keys.values()];
}

/** A constraint's name means nothing to SQLite: one that does the same as a declared one has its name. */
function keyName({ frame, place }: Context, primary: boolean, columns: readonly string[], name: string | null): string {
  const same = frame.declared?.keys.find((key) =>
    primary ? key.primary : !key.primary && key.columns.join() === columns.join(),
  );
  if (same !== undefined) return same.name;
  if (primary) return conventional.primaryKey(place.table);
  return name === null ? conventional.unique(place.table, columns.map(keyColumnName)) : frame.spelling.other(name);
}

function keyColumn(tokens: readonly Token[], { live, names }: Context): string {
  const { term, collation, descending } = parseKeyPart(tokens);
  const column = term[0]?.value ?? '';
  const own = collationOf(live.parsed.columns.find(({ name }) => folded(name) === folded(column)));
  const other = collation === null || otherThanBinary(collation) === own ? '' : ` COLLATE ${collation}`;
  return (names.column(column) ?? column) + other + (descending ? ' DESC' : '');
}

function foreignKeyObjects(context: Context): readonly ForeignKeyObject[] {
  const { live, frame, place, names } = context;
  const parsed = live.parsed.constraints.filter(({ kind }) => kind === 'foreignKey');
  return parsed.map((constraint, i) => {
    // The pragma counts from the last one in the text.
    const rows = live.foreignKeys.filter(({ id }) => id === parsed.length - 1 - i);
    const [first] = rows;
    if (first === undefined) throw new Error(`foreign key ${i} of ${place.table} was not read well`);
    const columns = rows.map(({ from }) => names.column(from) ?? from);
    const referencedTable = frame.spelling.table(first.parent);
    const named = rows.flatMap(({ to }) => (to === null ? [] : [to]));
    const referenced = named.length === 0 ? frame.primaryKeyOf(first.parent) : named;
    const same = frame.declared?.foreignKeys.find(
      (key) => key.columns.join() === columns.join() && key.referencedTable === referencedTable,
    );
    const written = constraint.name === null ? undefined : frame.spelling.other(constraint.name);
    return {
      kind: 'foreignKey',
      ...place,
      name: context.claim(same?.name ?? written ?? conventional.foreignKey(place.table, columns)),
      columns,
      referencedSchema: schema,
      referencedTable,
      // Without as many of the parent's, or without a parent at all, the key fits nothing yet.
      referencedColumns:
        referenced.length === columns.length
          ? referenced.map((column) => frame.spelling.column(referencedTable, column))
          : [],
      onUpdate: first.on_update,
      onDelete: first.on_delete,
      match: 'SIMPLE',
      deferrable: constraint.kind === 'foreignKey' ? constraint.deferrable : 'no',
      validated: true,
    };
  });
}

function checkObjects(context: Context): readonly CheckObject[] {
  return context.live.parsed.constraints.flatMap((constraint) => {
    if (constraint.kind !== 'check') return [];
    const named = constraint.expression.filter(({ type }) => type === 'word' || type === 'name');
    const columns = new Set(named.flatMap(({ value }) => context.names.column(value) ?? []));
    const written = constraint.name === null ? undefined : context.frame.spelling.other(constraint.name);
    const name = conventional.check(context.place.table, columns.size === 1 ? [...columns] : []);
    return [
      {
        kind: 'check',
        ...context.place,
        name: context.claim(written ?? name),
        expression: canonical(constraint.expression, context.names),
        validated: true,
      },
    ];
  });
}

function indexObjects(context: Context): readonly IndexObject[] {
  const rows = groupBy(context.live.indexes, ({ index }) => index);
  return [...rows].map(([name, columns]) => {
    const [first] = columns;
    const parsed = parseIndex(first?.sql ?? '');
    return {
      kind: 'index',
      ...context.place,
      name: context.frame.spelling.other(name),
      method: 'btree',
      unique: first?.unique === 1,
      columns: columns.map((row) => indexColumn(row, parsed.columns[row.seqno] ?? [], context)),
      include: [],
      predicate: parsed.where === null ? null : canonical(parsed.where, context.names),
      nullsNotDistinct: false,
      valid: true,
    };
  });
}

function indexColumn(row: IndexRow, tokens: readonly Token[], { live, names }: Context): string {
  const order = row.desc === 1 ? ' DESC' : '';
  const { column } = row;
  if (column === null) return canonical(parseKeyPart(tokens).expression, names) + order;
  const own = collationOf(live.parsed.columns.find(({ name }) => folded(name) === folded(column)));
  const collation = otherThanBinary(row.coll);
  const other = collation === own ? '' : ` COLLATE ${collation ?? 'BINARY'}`;
  return nameText(names.column(column) ?? column) + other + order;
}
