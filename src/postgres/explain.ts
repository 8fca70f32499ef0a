import type { QueryError } from '../model/errors.ts';
import type { Scope } from '../model/look.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { notArrived } from './kinds/backlog.ts';

interface Context {
  readonly scope: Scope;
  readonly user: string;
  readonly sql: string;
}

/** How far the server came with what it was sent is not known here, and need not be. */
const again = (): string => 'run it again when the server is there: it does what is then left to do';

const remade = (): string => 'drop what is named above, run it again, then make it anew';

const unfit = (): string =>
  'rows hold values that the type of the column does not take: correct them, then run it again';

/** Advice by SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const advice: Readonly<Record<string, (context: Context) => string>> = {
  '42501': ({ scope, user, sql }) => privilegeAdvice(scope, user, sql),
  '25006': () => 'run it on the primary server, or as a role without default_transaction_read_only',
  '0A000': (context) =>
    context.sql.includes('ON CONFLICT')
      ? 'drop or disable the rules on the table, which dbos migrate --plan names, then run it again'
      : remade(),
  '22003': unfit,
  '22P02': unfit,
  '22P05': ({ scope, user }) => lacksCharacter([scope.schema, scope.role ?? '', user]),
  '23502': () =>
    'rows have no value in a column that needs one and has no default: fill or delete them, or, where the column is none of ours, ALTER COLUMN … DROP NOT NULL, then run it again',
  '23503': () => 'rows point at others that are gone: delete them, or restore what they point at, then run it again',
  [notArrived]: () =>
    'disable what is named above for the time of the copy (ALTER TABLE … DISABLE TRIGGER …, or DISABLE RULE …), run it again, then enable it',
  '23505': () => 'rows that must differ are equal: keep one of each, then run it again',
  '55006': ({ scope, sql }) => inUseAdvice(scope, sql),
  '55P03': () =>
    'another session holds a lock on the table: look in pg_stat_activity, and in pg_prepared_xacts for a prepared transaction that nobody has ended (ROLLBACK PREPARED), then run it again',
  '57014': () => 'the statement was cancelled: run it again when it may take its time',
  '53100': () => 'the disk is full: free space, then run it again',
  '42P07': () => nameTaken('an index or another object'),
  '42710': () => nameTaken('a type, a constraint or another object'),
  '42804': remade,
  '42809': () => nameTaken('a procedure, an aggregate or another object'),
  '2BP01': () => 'another object depends on it: drop that one first, then run it again',
  '08006': again,
  '57P01': again,
  '57P02': again,
  '57P03': again,
  '57P05': again,
  '25P03': again,
  '25P04': again,
  '40P01': () => 'two sessions waited for each other: run it again',
};

function lacksCharacter(names: readonly string[]): string {
  const odd = names.filter((name) => /[^ -~]/.test(name)).map(quoteIdentifier);
  const what = odd.length === 0 ? 'this character' : `a character of ${odd.join(', ')}`;
  return `the database has another encoding than UTF8, which lacks ${what}: choose another name, or another database`;
}

const nameTaken = (by: string): string =>
  `${by} of that name stands in the schema: rename or drop it, then run it again`;

/** What an operator can do about a refused statement, though it be no more than to read what the server says. */
export const explain = (error: QueryError, context: Context): string =>
  advice[error.code]?.(context) ?? `mend what the server names above (SQLSTATE ${error.code}), then run it again`;

/** Lock timeout, deadlock, serialization failure; and somebody in the template of a new database, where a lock would be. */
export const isTransient = ({ code }: QueryError, sql = ''): boolean =>
  ['55P03', '40P01', '40001'].includes(code) || (code === '55006' && isCreation(sql));

const isCreation = (sql: string): boolean => sql.startsWith('CREATE DATABASE');

/** Nobody may be connected to a database that is copied. https://www.postgresql.org/docs/current/manage-ag-templatedbs.html */
const inUseAdvice = ({ database }: Scope, sql: string): string =>
  isCreation(sql)
    ? `end the sessions in the template database (SELECT pid, application_name FROM pg_stat_activity WHERE datname = 'template1'), or CREATE DATABASE ${quoteIdentifier(database)} TEMPLATE template0;   then run it again`
    : 'another session uses it: look in pg_stat_activity, then run it again';

function privilegeAdvice({ database, schema }: Scope, user: string, sql: string): string {
  const [db, sc, role] = [database, schema, user].map(quoteIdentifier);
  if (sql.startsWith('CREATE DATABASE'))
    return `CREATE DATABASE ${db} OWNER ${role};   as an administrator, or ALTER ROLE ${role} CREATEDB;`;
  if (sql.startsWith('CREATE SCHEMA')) {
    return `GRANT CREATE ON DATABASE ${db} TO ${role};   or run it as the owner of the database`;
  }
  if (/^CREATE (?:TABLE|OR REPLACE FUNCTION)/.test(sql)) {
    return `GRANT CREATE, USAGE ON SCHEMA ${sc} TO ${role};   or run it as the owner of the schema`;
  }
  return `run it as the owner of the tables in ${sc}, or make ${role} a member of the role that owns them`;
}
