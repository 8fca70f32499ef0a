import { type Catalog, catalogOf } from '../../model/catalog.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../../model/objects.ts';
import { idFor } from '../../model/kinds.ts';
import { mayBeThere, type Sight } from './sight.ts';

/** The fields of each kind that no view of the standard shows. What of a field is not told, docs/connecting.md says. */
export const unseenFields: { readonly [K in ObjectKind]: readonly (keyof ObjectOf<K>)[] } = {
  database: [],
  schema: [],
  table: ['persistence'],
  column: ['storage', 'compression', 'domain', 'sequence'],
  key: ['include', 'invalid'],
  check: ['validated'],
  index: [],
  foreignKey: ['validated', 'unguarded', 'incoming', 'setsOff'],
  view: ['materialized'],
  function: ['parallel', 'settings', 'execution'],
  trigger: ['enabled'],
  grant: [],
  version: [],
  backlog: [],
  rows: [],
  dependent: [],
  influence: [],
};

/** What another product prints its own way. */
const ownSpelling: Partial<Readonly<Record<ObjectKind, readonly string[]>>> = {
  trigger: ['definition', 'function'],
  view: ['definition'],
};

/**
 * The live catalog with what was not seen of it taken to be as declared: so no difference is made of it. What is not
 * declared and not seen whole is left out. A schema that is still to be made hides nothing.
 */
export function besideDeclared(live: Catalog, declared: Catalog, sight: Sight): Catalog {
  const seen = [...live.values()].flatMap((found) => seenOf(found, declared.get(idFor(found)), sight));
  const ids = new Set(seen.map(idFor));
  const isMade = seen.some(({ kind }) => kind === 'schema');
  const unseen = [...declared.values()].filter(
    (wanted) => isMade && !ids.has(idFor(wanted)) && mayBeThere(wanted, sight),
  );
  return catalogOf([...seen, ...unseen]);
}

function seenOf(found: CatalogObject, wanted: CatalogObject | undefined, sight: Sight): readonly CatalogObject[] {
  const hidden = sight.unseenFields.get(idFor(found)) ?? [];
  if (wanted === undefined) return hidden.length > 0 ? [] : [found];
  const fields = [...unseenFields[found.kind], ...hidden, ...(sight.isPostgres ? [] : (ownSpelling[found.kind] ?? []))];
  const filled = withFieldsOf(found, wanted, fields);
  return [sight.isPostgres ? asFarAsKnown(filled, wanted) : asSpelt(filled, wanted)];
}

/** The object with these fields of the other one, also where that one has none of the name. */
function withFieldsOf(found: CatalogObject, wanted: CatalogObject, fields: readonly string[]): CatalogObject {
  const kept = Object.entries(found).filter(([field]) => !fields.includes(field));
  const taken = Object.entries(wanted).filter(([field]) => fields.includes(field));
  return Object.fromEntries([...kept, ...taken]) as unknown as CatalogObject;
}

/** Of how volatile a function is only that it is IMMUTABLE is told. */
function asFarAsKnown(found: CatalogObject, wanted: CatalogObject): CatalogObject {
  if (found.kind === 'function' && wanted.kind === 'function') {
    const isTold = (found.volatility === 'immutable') !== (wanted.volatility === 'immutable');
    return isTold ? found : { ...found, volatility: wanted.volatility };
  }
  return found;
}

/** The type of another product that is declared by the name that it has there. */
const alsoCalled: Readonly<Record<string, string>> = { int4: 'integer', int8: 'bigint' };

/** Of a default only whether there is one. */
function asSpelt(found: CatalogObject, wanted: CatalogObject): CatalogObject {
  if (found.kind !== 'column' || wanted.kind !== 'column') return found;
  const isSameType = alsoCalled[wanted.type] === found.type;
  const hasBoth = found.default !== null && wanted.default !== null;
  return { ...found, ...(isSameType ? { type: wanted.type } : {}), ...(hasBoth ? { default: wanted.default } : {}) };
}
