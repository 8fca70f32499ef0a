const right = `CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END`;

/**
 * Whether the connected role may become another, by its oid: from PostgreSQL 16 on not every membership allows it.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE
 */
export const isAtHand = (oid: string): string => `pg_has_role(${oid}, ${right})`;

/** The way in which a whole run becomes that role, as the end of a hint. */
export function orBecoming(role: string): string {
  const options = encodeURIComponent(`-c role=${role.replaceAll(/[\\ ]/g, '\\$&')}`);
  return `   or connect with options=-c role=${role}, which is options=${options} in the URL`;
}
