/**
 * The type of a column by its affinity, which is all that a declared type says to SQLite; BOOLEAN stays, since
 * drivers look at it.
 * https://www.sqlite.org/datatype3.html#determination_of_column_affinity
 */
export function typeByAffinity(declared: string): string {
  const type = declared.toUpperCase();
  if (type.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'TEXT';
  if (type === '' || type.includes('BLOB')) return 'BLOB';
  if (/REAL|FLOA|DOUB/.test(type)) return 'REAL';
  return type === 'BOOLEAN' ? 'BOOLEAN' : 'NUMERIC';
}
