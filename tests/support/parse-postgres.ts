import load from 'pg-query-emscripten';

/** Characters that one call takes: the parser's heap is fixed, and small. */
const CAPACITY = 60_000;

/**
 * Parses statements with PostgreSQL 16's own grammar and gives their trees, in order.
 * @throws Error that shows the statement which does not parse, or is more than one.
 */
export async function parsePostgres(statements: readonly string[]): Promise<readonly unknown[]> {
  const trees: unknown[] = [];
  for (const batch of batches(statements)) trees.push(...(await parseBatch(batch)));
  return trees;
}

function batches(statements: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  let size = CAPACITY;
  for (const statement of statements) {
    if (size + statement.length > CAPACITY) {
      found.push([]);
      size = 0;
    }
    found.at(-1)?.push(statement);
    size += statement.length;
  }
  return found;
}

async function parseBatch(batch: readonly string[]): Promise<readonly unknown[]> {
  const parser = await new load();
  const { error, parse_tree: tree } = parser.parse(batch.join('\n;\n'));
  if (error === null && tree.stmts.length === batch.length) return tree.stmts.map(({ stmt }) => stmt);
  if (batch.length > 1) for (const statement of batch) await parseBatch([statement]);
  throw new Error(`${error?.message ?? `${tree.stmts.length} statements`}:\n${batch.join('\n;\n')}`);
}
