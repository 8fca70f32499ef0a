/** Two spellings of one expression. */
export interface Pair {
  readonly live: string;
  readonly declared: string;
  /** Columns that the server itself makes texts of wherever they stand: those of the type `character varying`. */
  readonly varying: ReadonlySet<string>;
}

/**
 * Says of each pair whether both spellings mean the same to the server: parentheses, IN for = ANY, and casts to text of
 * constants and of varying columns are what it adds or changes itself when it prints. Everything else counts: to
 * ON CONFLICT an index over another expression is none, even where the values are equal. Names of types are those of
 * pg_catalog where no schema stands before them, as the catalog is asked with nothing else on the search path.
 * All pairs go through one call: the parser's heap is fixed, and small.
 * https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
 */
export async function sameExpressions(pairs: readonly Pair[]): Promise<readonly boolean[]> {
  if (pairs.length === 0) return [];
  const { default: load } = await import('pg-query-emscripten');
  const parser = await new load();
  const { parse_tree: tree, error } = parser.parse(
    `SELECT ${pairs.map(({ live, declared }) => `(${live}), (${declared})`).join(', ')}`,
  );
  // What the parser cannot read, such as a newer server's syntax, is taken to differ: that is the safe answer.
  if (error !== null) return pairs.length === 1 ? [false] : oneByOne(pairs);
  const expressions = targetsOf(tree.stmts[0]?.stmt);
  return pairs.map(({ varying }, i) => {
    const [live, declared] = expressions.slice(2 * i, 2 * i + 2).map((e) => JSON.stringify(canonical(e, varying)));
    return live === declared;
  });
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

/** The tree without places in the text, the server's own text casts and the other spelling of = ANY; fields in a fixed order. */
function canonical(value: unknown, varying: Pair['varying']): unknown {
  if (Array.isArray(value)) return value.map((inner) => canonical(inner, varying));
  if (!isNode(value)) return value;
  const cast = child(value, 'TypeCast');
  if ('arg' in cast && isTextType(cast['typeName'])) {
    const inner = canonical(cast['arg'], varying);
    if (isConstant(inner) || varying.has(columnOf(inner) ?? '')) return inner;
  }
  const list = child(child(value, 'A_Expr')['rexpr'], 'List')['items'];
  if (child(value, 'A_Expr')['kind'] === 'AEXPR_IN') return canonical(asAny(child(value, 'A_Expr'), list), varying);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => field !== 'location')
      .map(([field, inner]) => [field, canonical(inner, varying)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A literal, or an array of them: the server computes casts of these once, when it reads the index. */
function isConstant(node: unknown): boolean {
  if (!isNode(node)) return false;
  const elements = child(node, 'A_ArrayExpr')['elements'];
  return 'A_Const' in node || (Array.isArray(elements) && elements.every(isConstant));
}

/** The name of a column that stands alone. */
function columnOf(node: unknown): string | undefined {
  const fields = child(node, 'ColumnRef')['fields'];
  const name = Array.isArray(fields) && fields.length === 1 ? child(fields[0], 'String')['sval'] : undefined;
  return typeof name === 'string' ? name : undefined;
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

/** A text type without a length: one with a length cuts, and `character` without one takes blanks away. */
function isTextType(typeName: unknown): boolean {
  if (!isNode(typeName) || typeName['typmods'] !== undefined || !Array.isArray(typeName['names'])) return false;
  const names = typeName['names'].map((name) => child(name, 'String')['sval']);
  return ['text', 'varchar', 'pg_catalog.text', 'pg_catalog.varchar'].includes(names.join('.'));
}
