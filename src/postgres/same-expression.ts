/** Two spellings of one expression. */
export type Pair = readonly [live: string, declared: string];

/**
 * Says of each pair whether both spellings mean the same: parentheses, casts between text types and IN for = ANY are
 * what the server itself adds or changes when it prints. Constants, functions and other types count.
 * All pairs go through one call: the parser's heap is fixed, and small.
 */
export async function sameExpressions(pairs: readonly Pair[]): Promise<readonly boolean[]> {
  if (pairs.length === 0) return [];
  const { default: load } = await import('pg-query-emscripten');
  const parser = await new load();
  const { parse_tree: tree, error } = parser.parse(
    `SELECT ${pairs
      .flat()
      .map((text) => `(${text})`)
      .join(', ')}`,
  );
  // What the parser cannot read, such as a newer server's syntax, is taken to differ: that is the safe answer.
  if (error !== null) return pairs.length === 1 ? [false] : oneByOne(pairs);
  const expressions = targetsOf(tree.stmts[0]?.stmt).map((target) => JSON.stringify(canonical(target)));
  return pairs.map((_, i) => expressions[2 * i] === expressions[2 * i + 1]);
}

/** Finds the pairs that can be read where not all can. */
async function oneByOne(pairs: readonly Pair[]): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  for (const pair of pairs) answers.push(...(await sameExpressions([pair])));
  return answers;
}

interface Node {
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The field of a node, which is a node itself or nothing. */
const child = (value: unknown, field: string): Node => {
  const found = isNode(value) ? value[field] : undefined;
  return isNode(found) ? found : {};
};

function targetsOf(statement: unknown): readonly unknown[] {
  const targets = child(statement, 'SelectStmt')['targetList'];
  return Array.isArray(targets) ? targets.map((target) => child(target, 'ResTarget')['val']) : [];
}

/** The tree without places in the text, text casts and the other spelling of = ANY; fields in a fixed order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isNode(value)) return value;
  const cast = child(value, 'TypeCast');
  if ('arg' in cast && isTextType(cast['typeName'])) return canonical(cast['arg']);
  const list = child(child(value, 'A_Expr')['rexpr'], 'List')['items'];
  if (child(value, 'A_Expr')['kind'] === 'AEXPR_IN') return canonical(asAny(child(value, 'A_Expr'), list));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => field !== 'location')
      .map(([field, inner]) => [field, canonical(inner)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** `x IN (…)` as the server keeps it; `x NOT IN (…)` is <> ALL. */
const asAny = (expression: Node, elements: unknown): Node => {
  const negated = JSON.stringify(expression['name']).includes('<>');
  return {
    A_Expr: {
      ...expression,
      kind: negated ? 'AEXPR_OP_ALL' : 'AEXPR_OP_ANY',
      rexpr: { A_ArrayExpr: { elements } },
    },
  };
};

const textTypes = new Set(['text', 'varchar', 'bpchar']);

/** A text type without a length: one with a length cuts, and is no mere spelling. */
function isTextType(typeName: unknown): boolean {
  if (!isNode(typeName) || typeName['typmods'] !== undefined || !Array.isArray(typeName['names'])) return false;
  const last: unknown = typeName['names'].at(-1);
  return textTypes.has(String(child(last, 'String')['sval']));
}
