/** The package has no types of its own; these are the parts in use. */
declare module 'pg-query-emscripten' {
  export interface ParseResult {
    readonly parse_tree: { readonly stmts: readonly { readonly stmt: unknown }[] };
    readonly error: { readonly message: string; readonly cursorpos: number } | null;
  }
  export interface PgQuery {
    parse(sql: string): ParseResult;
  }
  /** Instantiates the module, which takes some 50 ms. */
  const load: new () => Promise<PgQuery>;
  export default load;
}
