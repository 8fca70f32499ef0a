import { identifierAsPrinted, quoteIdentifier } from '../../sql/quote.ts';
import { list } from '../asking.ts';
import { printable } from '../encoding.ts';
import type { Source } from './source.ts';

interface SettingRow {
  readonly name: string;
  readonly value: string;
  /** Null for all roles. */
  readonly role: string | null;
  /** Null for all databases. */
  readonly database: string | null;
  /** Whether it is that of another role than the one connected. */
  readonly isOthers: boolean;
}

interface Effect {
  /** What it does to statements of the runtime with a value; null where it does nothing. */
  readonly of: (value: string) => string | null;
  /**
   * Whether it is told of other roles than the connected one only: what a command says does not depend on what its own
   * session begins with, as long as somebody can write in it.
   */
  readonly isOfOthers: boolean;
}

/** As the server reads it. https://www.postgresql.org/docs/current/config-setting.html */
const isOn = (value: string): boolean => /^(?:on|t(?:r(?:ue?)?)?|y(?:es?)?|1)$/i.test(value);

/**
 * Settings of a session that the runtime does not set itself, and that change what its statements do. search_path is
 * none, since both the runtime and our functions name the schema, and nor is row_security, which does nothing on tables
 * without it. https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const effects: Readonly<Record<string, Effect>> = {
  default_transaction_read_only: {
    of: (value) => (isOn(value) ? 'every insert, update and delete of the runtime fails' : null),
    isOfOthers: false,
  },
  exit_on_error: {
    of: (value) => (isOn(value) ? 'the first error of a statement ends the session of the runtime' : null),
    isOfOthers: false,
  },
  session_replication_role: {
    of: (value) =>
      value.toLowerCase() === 'replica'
        ? 'triggers and foreign keys do nothing: a delete of the runtime leaves rows behind, and a message arrives late'
        : null,
    isOfOthers: true,
  },
  default_transaction_isolation: {
    of: (value) =>
      ['serializable', 'repeatable read'].includes(value.toLowerCase())
        ? 'an update or delete of the runtime fails where somebody else has just changed the row'
        : null,
    isOfOthers: true,
  },
};

/** Of a role that may connect and write to our tables. A superuser may always, which says nothing of what it is for. */
const isOfApplication = `(SELECT rolcanlogin AND NOT rolsuper FROM pg_roles WHERE oid = s.setrole)
        AND EXISTS (SELECT FROM tab WHERE has_table_privilege(s.setrole, tab.oid, 'INSERT, UPDATE, DELETE'))`;

/**
 * Settings of roles and databases that a session in this database begins with; what is said for the database is stronger
 * than what is said for all of them. https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html
 */
export const setting: Source<SettingRow> = {
  mayBeThere: () => 'EXISTS (SELECT FROM pg_db_role_setting)',
  rows: () => `SELECT s.name, s.value, CASE WHEN s.setrole <> 0 THEN ${printable('pg_get_userbyid(s.setrole)')} END AS role,
      CASE WHEN s.setdatabase <> 0 THEN current_database() END AS database,
      s.setrole <> 0 AND pg_get_userbyid(s.setrole) <> current_user AS "isOthers"
    FROM (SELECT DISTINCT ON (d.setrole, o.option_name) d.setrole, d.setdatabase, o.option_name AS name, o.option_value AS value
      FROM pg_db_role_setting d, pg_options_to_table(d.setconfig) o
      WHERE d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND o.option_name IN (${list(Object.keys(effects))})
      ORDER BY d.setrole, o.option_name, d.setdatabase DESC) s
    WHERE EXISTS (SELECT FROM tab) AND (s.setrole = 0 OR ${isOfApplication})`,
  read: ({ name, value, role, database, isOthers }) => {
    const effect = effects[name];
    const what = effect === undefined || (effect.isOfOthers && !isOthers) ? null : effect.of(value);
    if (what === null) return [];
    const whose = [
      role === null ? 'all roles' : `role ${identifierAsPrinted(role)}`,
      ...(database === null ? [] : [`database ${identifierAsPrinted(database)}`]),
    ];
    return [
      {
        relation: null,
        name: `${name} of ${whose.join(' in ')}`,
        danger: `sessions of ${whose.join(' in ')} begin with ${name} = ${value}: ${what}`,
        removal: writing(name, `${alter(role, database)} RESET ${quoteIdentifier(name)}`),
      },
    ];
  },
};

/** Whoever mends it may have such a session too. */
const writing = (name: string, statement: string): string =>
  name === 'default_transaction_read_only' ? `BEGIN READ WRITE; ${statement}; COMMIT` : statement;

/** https://www.postgresql.org/docs/current/sql-alterrole.html */
function alter(role: string | null, database: string | null): string {
  if (role === null) return database === null ? 'ALTER ROLE ALL' : `ALTER DATABASE ${quoteIdentifier(database)}`;
  const within = database === null ? '' : ` IN DATABASE ${quoteIdentifier(database)}`;
  return `ALTER ROLE ${quoteIdentifier(role)}${within}`;
}
