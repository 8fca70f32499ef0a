import { createHash } from 'node:crypto';
import type { Catalog } from '../model/catalog.ts';
import type { Definitions } from '../model/definition.ts';
import type { Settled } from '../model/dialect.ts';
import { definitionText, idFor } from '../model/kinds.ts';
import type {
  CatalogObject,
  CheckObject,
  FunctionObject,
  GrantObject,
  IndexObject,
  ObjectId,
} from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';

/**
 * The live catalog with texts that say the same as the declared ones replaced by these, and grants that say what is
 * lacking on what is declared, so that what is left to differ is a difference. Defaults are compared as they stand: to
 * set one anew is instant, and makes the server print what it prints for a fresh database; an index or a check would
 * have to be built again.
 */
export async function settle(live: Catalog, declared: Catalog, definitions: Definitions): Promise<Settled> {
  const settled = new Map(live);
  const doubtful: Doubt[] = [];
  for (const [id, wanted] of declared) {
    const found = live.get(id);
    if (wanted.kind === 'function' && found?.kind === 'function' && isSameBody(found, wanted, definitions)) {
      settled.set(id, { ...found, body: wanted.body });
    }
    if (wanted.kind === 'grant' && found?.kind === 'grant') settled.set(id, settledGrant(found, live, declared));
    doubtful.push(...doubts(id, found, wanted));
  }
  if (doubtful.length > 0) await settleExpressions(settled, doubtful, live);
  return { named: live, catalog: settled };
}

/** Kinds whose objects are granted on one by one, with the grant that covers those still to come. */
const grantedOn = {
  tables: { kind: 'table', toCome: 'default tables' },
  functions: { kind: 'function', toCome: 'default functions' },
} as const;

/**
 * Of what is looked at, only what is declared has to be granted on, and what is still to be made too, unless default
 * privileges will see to it.
 */
function settledGrant(found: GrantObject, live: Catalog, declared: Catalog): GrantObject {
  if (found.on !== 'tables' && found.on !== 'functions') return found;
  const { kind, toCome } = grantedOn[found.on];
  const [wanted, present] = [namesOf(declared, kind), namesOf(live, kind)];
  const byDefault = live.get(idFor({ ...found, on: toCome }));
  const isCovered = found.shared !== true && byDefault?.kind === 'grant' && byDefault.lacking.length === 0;
  const missing = isCovered ? [] : [...wanted].filter((name) => !present.has(name));
  return { ...found, lacking: [...found.lacking.filter((name) => wanted.has(name)), ...missing].toSorted() };
}

const namesOf = (catalog: Catalog, kind: 'table' | 'function'): ReadonlySet<string> =>
  new Set([...catalog.values()].flatMap((o) => (o.kind === kind ? [o.name] : [])));

/** An expression whose two spellings are all that an object differs in. */
interface Doubt {
  readonly id: ObjectId;
  readonly live: string;
  readonly declared: string;
  readonly table: string;
  readonly settledTo: IndexObject | CheckObject;
}

function doubts(id: ObjectId, found: CatalogObject | undefined, wanted: CatalogObject): readonly Doubt[] {
  const doubt = (live: string | null, declared: string | null, settledTo: Doubt['settledTo']): readonly Doubt[] =>
    live !== null && declared !== null && live !== declared && definitionText(settledTo) === definitionText(wanted)
      ? [{ id, live, declared, table: settledTo.table, settledTo }]
      : [];
  if (found?.kind === 'index' && wanted.kind === 'index') {
    return doubt(found.predicate, wanted.predicate, { ...found, predicate: wanted.predicate });
  }
  if (found?.kind === 'check' && wanted.kind === 'check') {
    return doubt(found.expression, wanted.expression, { ...found, expression: wanted.expression });
  }
  return [];
}

/** The parser is loaded only here, so never on the way of a schema that is in sync. */
async function settleExpressions(
  settled: Map<ObjectId, CatalogObject>,
  doubtful: readonly Doubt[],
  found: Catalog,
): Promise<void> {
  const { sameExpressions } = await import('./same-expression.ts');
  const same = await sameExpressions(doubtful.map((doubt) => ({ ...doubt, varying: varyingIn(found, doubt.table) })));
  doubtful.forEach(({ id, settledTo }, i) => same[i] === true && settled.set(id, settledTo));
}

const varyingIn = (catalog: Catalog, table: string): ReadonlySet<string> =>
  new Set(
    [...catalog.values()].flatMap((o) =>
      o.kind === 'column' && o.table === table && o.type.startsWith('character varying') ? [o.name] : [],
    ),
  );

/** A body is ours when only white space between its words differs, and when it is the runtime's own build of the same function. */
function isSameBody(found: FunctionObject, wanted: FunctionObject, { functions }: Definitions): boolean {
  if (withoutBlanks(found.body) === withoutBlanks(wanted.body)) return true;
  const equivalents = functions.find((f) => f.name === wanted.name)?.equivalents ?? [];
  return equivalents.includes(bodyHash(found.body, found.schema));
}

/** Texts, quoted names and comments, of which no blank may be another one; a comment ends with its line. */
const verbatim =
  /[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\n]*\n?|\/\*.*?\*\/|\s+/gs;

const withoutBlanks = (body: string): string => body.replaceAll(verbatim, (text) => (text.trim() === '' ? ' ' : text));

/** The schema stands quoted in the bodies; hashes are kept for the schema `dbos`. */
const bodyHash = (body: string, schema: string): string =>
  createHash('md5')
    .update(withoutBlanks(body.replaceAll(`${quoteIdentifier(schema)}.`, '"dbos".')))
    .digest('hex');
