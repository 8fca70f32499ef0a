import type { RenderContext } from '../../model/dialect.ts';
import type { FunctionObject, TriggerObject } from '../../model/objects.ts';
import { dollarQuote, quoteIdentifier } from '../../sql/quote.ts';
import { alterTable, type Draft, differing, type KindRenderer, never, qualified, tableOf } from '../draft.ts';

/**
 * One statement with all that belongs to the function: its search_path is never missing, not even for a moment.
 * https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
const createText = (o: FunctionObject): Draft => ({
  sql: [
    `CREATE OR REPLACE FUNCTION ${qualified(o.schema, o.name)}(${o.arguments})`,
    `RETURNS ${o.returns} LANGUAGE ${o.language} ${o.volatility.toUpperCase()} SECURITY ${o.security.toUpperCase()}`,
    ...(o.strict ? ['STRICT'] : []),
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

export const functionKind: KindRenderer<FunctionObject> = {
  create: createFunction,
  // CREATE OR REPLACE changes neither the names and defaults of arguments nor the result, and keeps who may run it.
  alter: (change) => {
    const fields = differing(change);
    if (fields.has('arguments') || fields.has('returns'))
      return [dropFunction(change.from), ...createFunction(change.to)];
    const replaced = fields.size === 1 && fields.has('execution') ? [] : [createText(change.to)];
    return [...replaced, ...(fields.has('execution') ? [setExecution(change.to)] : [])];
  },
  rename: never('rename a function'),
  drop: (o) => [dropFunction(o)],
};

const createTrigger = (o: TriggerObject, { target }: RenderContext): Draft => {
  const runs = o.function === null ? undefined : target.get(o.function);
  if (runs?.kind !== 'function') throw new Error(`the trigger ${o.name} runs no declared function`);
  const [events, level] = o.definition.split(' FOR EACH ', 2);
  if (level === undefined) throw new Error(`the trigger ${o.name} says neither ROW nor STATEMENT`);
  return {
    sql: `CREATE OR REPLACE TRIGGER ${quoteIdentifier(o.name)} ${events} ON ${tableOf(o)} FOR EACH ${level} EXECUTE FUNCTION ${qualified(runs.schema, runs.name)}()`,
    lock: 'SHARE ROW EXCLUSIVE',
  };
};

const states: Readonly<Record<TriggerObject['enabled'], string>> = {
  origin: 'ENABLE TRIGGER',
  disabled: 'DISABLE TRIGGER',
  replica: 'ENABLE REPLICA TRIGGER',
  always: 'ENABLE ALWAYS TRIGGER',
};

const setState = (o: TriggerObject): Draft =>
  alterTable(o, `${states[o.enabled]} ${quoteIdentifier(o.name)}`, 'SHARE ROW EXCLUSIVE');

const dropTrigger = (o: TriggerObject): Draft => ({
  sql: `DROP TRIGGER ${quoteIdentifier(o.name)} ON ${tableOf(o)}`,
  lock: 'ACCESS EXCLUSIVE',
});

/** OR REPLACE does not replace these. https://www.postgresql.org/docs/current/sql-createtrigger.html */
const isConstraint = (o: TriggerObject): boolean => o.definition.startsWith('CONSTRAINT ');

export const trigger: KindRenderer<TriggerObject> = {
  create: (o, context) => [createTrigger(o, context), ...(o.enabled === 'origin' ? [] : [setState(o)])],
  alter: (change, context) => {
    const { from, to } = change;
    const fields = differing(change);
    if (fields.size === 1 && fields.has('enabled')) return [setState(to)];
    return [...(isConstraint(from) ? [dropTrigger(from)] : []), ...trigger.create(to, context)];
  },
  rename: never('rename a trigger'),
  drop: (o) => [dropTrigger(o)],
};
