import type { Catalog } from '../../src/model/catalog.ts';
import { type Change, subject } from '../../src/model/change.ts';
import { definitionText, idFor, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectId } from '../../src/model/objects.ts';

/**
 * Applies changes, one after the other, to a database that is a Map and as strict as an engine: nothing is made
 * before what it requires or while its name is in use, nothing is dropped that another object requires.
 * The parts of a new table come with it, and those of a dropped table keep their names until it goes.
 * @throws Error naming the first change that an engine would refuse.
 */
export function applyChanges(live: Catalog, changes: readonly Change[]): Catalog {
  const database = new StrictDatabase(live, changes);
  for (const change of changes) database.apply(change);
  return database.objects;
}

class StrictDatabase {
  readonly objects: Map<ObjectId, CatalogObject>;
  readonly #names = new Map<string, ObjectId>();
  readonly #changes: ReadonlyMap<ObjectId, Change>;
  /** What neither stands here nor will is no condition. */
  readonly #known: ReadonlySet<ObjectId>;

  constructor(live: Catalog, changes: readonly Change[]) {
    this.objects = new Map(live);
    this.#changes = new Map(changes.map((change) => [change.id, change]));
    this.#known = new Set([...live.keys(), ...this.#changes.keys()]);
    for (const [id, object] of live) for (const name of namesOf(object)) this.#names.set(name, id);
  }

  apply(change: Change): void {
    try {
      this.#apply(change);
    } catch (error) {
      throw new Error(`${change.type} of ${change.id}: ${String(error)}`, { cause: error });
    }
  }

  #apply(change: Change): void {
    if (change.type !== 'create') this.#remove(change.from);
    if (change.type === 'rename') this.#release([change.from]);
    if (change.type === 'create' || change.type === 'rename') this.#claim([change.to, ...this.#partsOf(change)]);
    if (change.type !== 'drop') return this.#put(change.to);
    this.#demandUnused(change.id);
    if (!this.#isPart(change)) this.#release([change.from, ...this.#partsOf(change)]);
  }

  #put(object: CatalogObject): void {
    const id = idFor(object);
    if (this.objects.has(id)) throw new Error('it is there already');
    for (const required of traitsOf(object).requires(object)) {
      if (this.#known.has(required) && !this.objects.has(required)) throw new Error(`${required} is missing`);
    }
    this.objects.set(id, object);
  }

  #remove(object: CatalogObject): void {
    const id = idFor(object);
    const found = this.objects.get(id);
    if (found === undefined || definitionText(found) !== definitionText(object)) throw new Error(`${id} is not there`);
    this.objects.delete(id);
  }

  #demandUnused(id: ObjectId): void {
    const user = [...this.objects.values()].find((object) => traitsOf(object).requires(object).includes(id));
    if (user !== undefined) throw new Error(`${idFor(user)} requires it`);
  }

  #claim(objects: readonly CatalogObject[]): void {
    for (const object of objects) {
      for (const name of namesOf(object)) {
        const owner = this.#names.get(name) ?? idFor(object);
        if (owner !== idFor(object)) throw new Error(`${name} belongs to ${owner}`);
        this.#names.set(name, owner);
      }
    }
  }

  #release(objects: readonly CatalogObject[]): void {
    for (const name of objects.flatMap(namesOf)) this.#names.delete(name);
  }

  #isPart(change: Change): boolean {
    const parent = parentOf(change);
    return parent !== null && this.#changes.get(parent)?.type === change.type;
  }

  #partsOf(change: Change): readonly CatalogObject[] {
    return [...this.#changes.values()]
      .filter((other) => other.type === change.type && parentOf(other) === change.id)
      .map((other) => subject(other));
  }
}

const parentOf = (change: Change): ObjectId | null => traitsOf(subject(change)).parent(subject(change));

const namesOf = (object: CatalogObject): readonly string[] => traitsOf(object).occupies(object);

/** A catalog as text, to compare with what `expect` shows well. Places of columns do not count. */
export const catalogText = (catalog: Catalog): readonly string[] =>
  [...catalog].map(([id, object]) => `${id} ${definitionText(object)}`).toSorted();
