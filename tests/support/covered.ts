import type { Catalog } from '../../src/model/catalog.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { unseenFields } from '../../src/postgres/portable/beside.ts';
import { withoutParentheses } from '../../src/postgres/portable/constraints.ts';

/** The objects of a catalog that information_schema shows their owner, with all that it shows of them. */
export const covered = (catalog: Catalog): Readonly<Record<string, object>> =>
  Object.fromEntries(
    [...catalog.values()].filter(isCovered).map((object) => {
      const hidden: readonly string[] = unseenFields[object.kind];
      const fields = Object.entries(asShown(object)).filter(([field]) => !hidden.includes(field));
      return [idFor(object), Object.fromEntries(fields)];
    }),
  );

function isCovered(o: CatalogObject): boolean {
  if (o.kind === 'foreignKey') return o.incoming === undefined;
  if (o.kind === 'check') return !o.expression.startsWith('EXCLUDE');
  if (o.kind === 'view') return !o.materialized;
  if (o.kind === 'grant') return o.on === 'tables' || o.on === 'functions';
  return o.kind !== 'index' && o.kind !== 'influence' && o.kind !== 'backlog' && o.kind !== 'dependent';
}

/** What is told of a field and what is not, in the words of docs/connecting.md. */
function asShown(o: CatalogObject): CatalogObject {
  if (o.kind === 'table') return { ...o, options: o.options.filter((option) => option === 'FOREIGN') };
  if (o.kind === 'check') return { ...o, expression: withoutParentheses(o.expression) };
  if (o.kind === 'trigger')
    return { ...o, definition: o.definition.replace(/^CONSTRAINT | DEFERRABLE INITIALLY \w+/g, '') };
  if (o.kind === 'function') {
    return {
      ...o,
      volatility: o.volatility === 'immutable' ? o.volatility : 'volatile',
      returns: o.returns.replace(/^SETOF /, ''),
    };
  }
  if (o.kind === 'grant') {
    const { shared: _, ...grant } = o;
    return grant;
  }
  if (o.kind !== 'column') return o;
  const isTyped = o.type.startsWith('dbos.');
  return {
    ...o,
    generated: o.generated?.replace(/ VIRTUAL$/, ' STORED') ?? null,
    ...(isTyped ? { nullable: true, collation: null } : {}),
  };
}
