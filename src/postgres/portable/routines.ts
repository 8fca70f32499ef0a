import type { Row } from '../../model/dialect.ts';
import { groupBy } from '../../model/group-by.ts';
import { idFor } from '../../model/kinds.ts';
import type { FunctionObject } from '../../model/objects.ts';
import { identifierAsPrinted } from '../../sql/quote.ts';
import type { Reading, Source } from './reading.ts';
import { inOrder, isYes, nameIn, textIn } from './rows.ts';
import { bareTypeIn } from './type-text.ts';

/**
 * Functions. Only the owner is told the body, and the defaults of arguments. How another product has their arguments
 * and bodies is not known: there it is their names that count.
 * https://www.postgresql.org/docs/current/infoschema-routines.html
 */
export function readFunctions({ look, views, isPostgres }: Source): Reading {
  if (!isPostgres) return { objects: [] };
  const parameters = groupBy(views.parameters, (row) => nameIn(row, 'specific_name'));
  const found = views.routines
    .filter((row) => nameIn(row, 'routine_type') === 'FUNCTION')
    .map((row) => {
      const own = inOrder(parameters.get(nameIn(row, 'specific_name')) ?? [], 'ordinal_position');
      return { object: functionOf(row, own, look.schema), isWhole: isOwn(row) };
    });
  return {
    objects: found.map(({ object }) => object),
    unseenFields: found.flatMap(({ object, isWhole }) =>
      isWhole ? [] : [[idFor(object), ['body', 'arguments']] as const],
    ),
  };
}

/** Whether the role is shown all of a routine. */
export const isOwn = (row: Row): boolean => textIn(row, 'routine_definition') !== null;

const functionOf = (row: Row, parameters: readonly Row[], schema: string): FunctionObject => ({
  kind: 'function',
  schema,
  name: nameIn(row, 'routine_name'),
  signature: parameters.filter(isInput).map(bareTypeIn).join(', '),
  arguments: parameters.map(argumentText).join(', '),
  returns: bareTypeIn({
    data_type: row['data_type'],
    udt_schema: row['type_udt_schema'],
    udt_name: row['type_udt_name'],
  }),
  language: nameIn(row, 'external_language').toLowerCase(),
  volatility: isYes(row, 'is_deterministic') ? 'immutable' : 'volatile',
  security: nameIn(row, 'security_type') === 'DEFINER' ? 'definer' : 'invoker',
  strict: isYes(row, 'is_null_call'),
  settings: [],
  execution: 'everybody',
  body: textIn(row, 'routine_definition') ?? '',
});

const isInput = (row: Row): boolean => nameIn(row, 'parameter_mode') !== 'OUT';

/** `OUT total bigint`, `priority integer DEFAULT NULL::integer` */
function argumentText(row: Row): string {
  const [mode, name, value] = [
    nameIn(row, 'parameter_mode'),
    textIn(row, 'parameter_name'),
    textIn(row, 'parameter_default'),
  ];
  return [
    ...(mode === 'IN' ? [] : [mode]),
    ...(name === null || name === '' ? [] : [identifierAsPrinted(name)]),
    bareTypeIn(row),
    ...(value === null ? [] : [`DEFAULT ${value}`]),
  ].join(' ');
}
