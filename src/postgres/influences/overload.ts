/** What of a function, procedure or aggregate decides which calls it can be meant by. */
export interface Routine {
  readonly parameters: readonly Parameter[];
  /** How many of the last ones have defaults. */
  readonly defaults: number;
  /** Whether the last one stands for any number. */
  readonly isVariadic: boolean;
}

export interface Parameter {
  /** Null where it has none. */
  readonly name: string | null;
  readonly type: string;
  /** `S` for texts. https://www.postgresql.org/docs/current/catalog-pg-type.html#CATALOG-TYPCATEGORY-TABLE */
  readonly category: string;
  /** Whether its type is the one that the server prefers in its category, as text is. */
  readonly isPreferred: boolean;
}

/**
 * Whether a call that means ours can be taken to mean another routine in the same schema, or neither. Constants without a
 * type fit both, and then the server looks at the categories of the types. It does not regard what either would need
 * defaults for. https://www.postgresql.org/docs/current/typeconv-func.html
 */
export const isConfusable = (ours: Routine, theirs: Routine): boolean =>
  positionalCalls(ours, theirs).some((pairs) => !isDecided(pairs)) || isConfusedByName(ours, theirs);

type Pair = readonly [ours: Parameter, theirs: Parameter];

/** The parameters that meet in calls with each number of arguments that both take. */
function positionalCalls(ours: Routine, theirs: Routine): readonly (readonly Pair[])[] {
  const counts = Array.from({ length: ours.defaults + 1 }, (_, i) => required(ours) + i);
  return counts.flatMap((count) => {
    const taken = parametersFor(theirs, count);
    if (taken === null) return [];
    const pairs = ours.parameters.slice(0, count).map((own, i): Pair => [own, taken[i] ?? own]);
    // Of two that take the very same types, one that takes any number of them gives way.
    return theirs.isVariadic && pairs.every(([own, met]) => own.type === met.type) ? [] : [pairs];
  });
}

const required = ({ parameters, defaults, isVariadic }: Routine): number =>
  parameters.length - Math.max(defaults, isVariadic ? 1 : 0);

/** Null where it takes no such number of arguments. */
function parametersFor(routine: Routine, count: number): readonly Parameter[] | null {
  const { parameters, isVariadic } = routine;
  const last = parameters.at(-1);
  if (count < required(routine)) return null;
  if (count <= parameters.length) return parameters.slice(0, count);
  if (!isVariadic || last === undefined) return null;
  return [...parameters, ...Array.from({ length: count - parameters.length }, () => last)];
}

/** In a call with names, the parameters that have the same ones meet; those without a default are in every call. */
function isConfusedByName(ours: Routine, theirs: Routine): boolean {
  const pairs = ours.parameters.flatMap((own): readonly Pair[] => {
    const met = theirs.parameters.find(({ name }) => name !== null && name === own.name);
    return met === undefined ? [] : [[own, met]];
  });
  const needed = [ours, theirs].flatMap((routine) => routine.parameters.slice(0, required(routine)));
  if (!needed.every((one) => pairs.some((pair) => pair.includes(one)))) return false;
  const always = pairs.filter((pair) => pair.some((one) => needed.includes(one)));
  return !isDecided(always) || pairs.some(([own, met]) => !fits(own, met));
}

/** Whether the server finds ours: it fits all arguments, and the other one does not. */
const isDecided = (pairs: readonly Pair[]): boolean =>
  pairs.every(([own, met]) => fits(own, met)) && pairs.some(([own, met]) => !fits(met, own));

/** Whether a parameter is still regarded for a constant without a type, beside another one. */
const fits = (one: Parameter, other: Parameter): boolean =>
  one.category === other.category ? one.isPreferred || !other.isPreferred : one.category === 'S';
