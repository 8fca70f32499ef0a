import { createHash } from 'node:crypto';
import type { Catalog } from '../model/catalog.ts';
import { definitionOf, idFor, idOf, traitsOf } from '../model/kinds.ts';
import type { CatalogObject, ObjectId } from '../model/objects.ts';

/** A state that the migrations of the runtime itself leave. */
export interface HistoricState {
  /** The runtime schema version; null for what is older than these numbers. */
  readonly version: number | null;
  /** The releases that leave it, `Python 2.31`, or that were interrupted in it. */
  readonly label: string;
  /** Left by no release that came to its end. */
  readonly interrupted?: boolean;
}

/**
 * All states that the releases of the runtime leave, as `scripts/record-history.mjs` writes them: no definitions,
 * only which object stood in which state with which one, by its hash. Recorded for the schema `dbos`.
 */
export interface History {
  readonly states: readonly HistoricState[];
  /** By object id and hash of the definition, the states by their place: `0-12 40-93`. */
  readonly objects: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A catalog's object as a history knows it. */
export interface Trace {
  /** In the schema of the catalog. */
  readonly id: ObjectId;
  readonly hash: string;
}

/** The schema that histories are recorded for. */
export const recordedSchema = 'dbos';

/** The objects of a catalog by the ids that they would have in the schema of histories. */
export function tracesOf(catalog: Catalog, schema: string): ReadonlyMap<string, Trace> {
  const spelling = spellingOf(schema);
  const traces = new Map<string, Trace>();
  for (const [id, object] of catalog) {
    if (!traitsOf(object).isRecorded || ('schema' in object && object.schema !== schema)) continue;
    traces.set(recordedId(object), { id, hash: hashOf(object, schema, spelling) });
  }
  return traces;
}

/** Whether some state has an object of this name with this very definition. */
export const isTraced = (object: CatalogObject, schema: string, { objects }: History): boolean =>
  objects[recordedId(object)]?.[hashOf(object, schema, spellingOf(schema))] !== undefined;

type Range = readonly [first: number, last: number];

/** A history says the same few ranges of hundreds of objects. */
const parsed = new Map<string, readonly Range[]>();

/** The first and last places that a text like `0-12 40` stands for, in order. */
export function rangesOf(text: string): readonly Range[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const ranges = text.split(' ').map((range): Range => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return [first, last];
  });
  parsed.set(text, ranges);
  return ranges;
}

/** The hash of an object's definition in a state; undefined where the state has no such object. */
export function hashAt({ objects }: History, id: string, place: number): string | undefined {
  const found = Object.entries(objects[id] ?? {}).find(([, places]) =>
    rangesOf(places).some(([first, last]) => first <= place && place <= last),
  );
  return found?.[0];
}

/** The place of the state with the highest number: the one that is declared. */
export const newestOf = ({ states }: History): number =>
  states.reduce((best, { version }, place) => ((version ?? 0) > (states[best]?.version ?? 0) ? place : best), 0);

/** The id that an object would have in the schema of histories. */
export const recordedId = (object: CatalogObject): string =>
  idFor('schema' in object ? { ...object, schema: recordedSchema } : object);

/** An id of a history as it is in another schema. */
export const idIn = (schema: string, id: string): ObjectId => {
  const [kind, rest] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf('.'))];
  return `${kind}:${printed(schema)}${rest}` as ObjectId;
};

/** The table that an object of a history stands in; null for what stands in the schema itself. */
export const tableOf = (id: string): string | null => {
  const table = /^\w+:(\w+\.\w+)\./.exec(id)?.[1];
  return table === undefined ? null : `table:${table}`;
};

const printed = (schema: string): string => idOf.schema(schema).slice('schema:'.length);

/** Every way in which the schema stands in front of a name within an engine's text. */
const spellingOf = (schema: string): RegExp => {
  const plain = schema.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const quoted = plain.replaceAll('"', '""');
  return new RegExp(`(?<![\\w$".])(?:"${quoted}"|${plain})\\.(?=[\\w"])`, 'gu');
};

/** Who may run something is the operator's, as grants are. */
const operatorsField = 'execution';

/** Short, since it only tells the few definitions of one object apart. White space is as free as in the bodies. */
function hashOf(object: CatalogObject, schema: string, spelling: RegExp): string {
  const fields = definitionOf(object)
    .filter(([field]) => field !== operatorsField)
    .map(([field, value]) => [field, field === 'referencedSchema' && value === schema ? recordedSchema : value]);
  const definition = JSON.stringify(fields, (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(spelling, `${recordedSchema}.`).replaceAll(/\s+/g, ' ').trim() : value,
  );
  return createHash('sha256').update(definition).digest('base64url').slice(0, 6);
}
