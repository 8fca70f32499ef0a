import type { FunctionObject } from '../../model/objects.ts';
import { dollarQuote, identifierAsPrinted, quoteIdentifier } from '../../sql/quote.ts';
import { type Draft, differing, impossible, isOnly, type KindModule, qualified, writing } from './draft.ts';

interface FunctionRow extends Omit<FunctionObject, 'kind' | 'schema' | 'execution' | 'parallel'> {
  readonly everybody: boolean;
  readonly parallel: NonNullable<FunctionObject['parallel']> | null;
}

/**
 * Everybody may run a function unless that was taken away; an empty ACL stands for the default. Where the default
 * privileges of its owner take it away from all that role's functions, that is the site's choice and no difference.
 * https://www.postgresql.org/docs/current/ddl-priv.html
 */
const everybody = `(EXISTS (SELECT FROM aclexplode(coalesce(fun.proacl, acldefault('f', fun.proowner))) x WHERE x.grantee = 0)
    OR EXISTS (SELECT FROM pg_default_acl d
      WHERE d.defaclobjtype = 'f' AND d.defaclnamespace = 0 AND d.defaclrole = fun.proowner
        AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) x WHERE x.grantee = 0)))`;

const query = `SELECT fun.proname AS name, fun.signature, pg_get_function_arguments(fun.oid) AS arguments,
    pg_get_function_result(fun.oid) AS returns, l.lanname AS language,
    CASE fun.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
    CASE WHEN fun.prosecdef THEN 'definer' ELSE 'invoker' END AS security, fun.proisstrict AS strict,
    CASE fun.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END AS parallel,
    coalesce(to_json(fun.proconfig), '[]') AS settings, ${everybody} AS everybody, fun.prosrc AS body
  FROM fun JOIN pg_language l ON l.oid = fun.prolang`;

export const functionKind: KindModule<'function', FunctionRow> = {
  rows: () => query,
  read: ({ everybody: isForAll, parallel, settings, ...row }, { schema }) => [
    {
      kind: 'function',
      schema,
      ...row,
      settings: settings.toSorted(),
      execution: isForAll ? 'everybody' : 'granted',
      ...(parallel === null ? {} : { parallel }),
    },
  ],
  declare: ({ functions }, { schema }) =>
    functions.map(({ name, arguments: args, returns, body }) => ({
      kind: 'function',
      schema,
      name,
      signature: args.map(({ type }) => type).join(', '),
      arguments: args
        .map((a) => `${identifierAsPrinted(a.name)} ${a.type}${a.default === undefined ? '' : ` DEFAULT ${a.default}`}`)
        .join(', '),
      returns,
      language: 'plpgsql',
      volatility: 'volatile',
      security: 'invoker',
      strict: false,
      settings: ['search_path=pg_catalog, pg_temp'],
      execution: 'everybody',
      body: body(quoteIdentifier(schema)),
    })),
  write: writing({
    create: ({ to }) => createFunction(to),
    // CREATE OR REPLACE changes neither the names and defaults of arguments nor the result, and keeps who may run it.
    alter: (change) => {
      const { from, to } = change;
      const fields = differing(change);
      if (fields.has('arguments') || fields.has('returns')) return [dropFunction(from), ...createFunction(to)];
      const replaced = isOnly(fields, 'execution') ? [] : [createText(to)];
      return [...replaced, ...(fields.has('execution') ? [setExecution(to)] : [])];
    },
    rename: impossible,
    drop: ({ from }) => [dropFunction(from)],
  }),
  // To replace a function is to create one. https://www.postgresql.org/docs/current/sql-createfunction.html
  needs: (change) => [
    ...(change.type === 'create' ? [] : [{ right: 'own', kind: 'function', name: change.from.name } as const]),
    ...(change.type === 'create' || change.type === 'alter' ? [{ right: 'create in the schema' } as const] : []),
  ],
  mend: null,
};

/**
 * One statement with all that belongs to the function: its search_path is never missing, not even for a moment.
 * https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
const createText = (o: FunctionObject): Draft => ({
  sql: [
    `CREATE OR REPLACE FUNCTION ${qualified(o.schema, o.name)}(${o.arguments})`,
    `RETURNS ${o.returns} LANGUAGE ${o.language} ${o.volatility.toUpperCase()} SECURITY ${o.security.toUpperCase()}`,
    ...(o.strict ? ['STRICT'] : []),
    ...(o.parallel === undefined ? [] : [`PARALLEL ${o.parallel.toUpperCase()}`]),
    ...o.settings.map((setting) => `SET ${setting.replace('=', ' TO ')}`),
    `AS ${dollarQuote(o.body)}`,
  ].join('\n'),
});

const setExecution = (o: FunctionObject): Draft => {
  const on = `EXECUTE ON FUNCTION ${qualified(o.schema, o.name)}(${o.signature})`;
  return { sql: o.execution === 'everybody' ? `GRANT ${on} TO PUBLIC` : `REVOKE ${on} FROM PUBLIC` };
};

const createFunction = (o: FunctionObject): readonly Draft[] => [
  createText(o),
  ...(o.execution === 'everybody' ? [] : [setExecution(o)]),
];

const dropFunction = (o: FunctionObject): Draft => ({
  sql: `DROP FUNCTION ${qualified(o.schema, o.name)}(${o.signature})`,
});
