import { readPlanFormat } from './plan-format.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Fields that have one of a few values, by the heading and the name that the document gives them. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  '.formatVersion': [2],
  'a-database.dialect': ['postgres', 'sqlite'],
  'a-change.action': ['create', 'alter', 'rename', 'drop'],
  'a-statement.on': ['database', 'server'],
  'a-hazard.name': ['data-loss', 'table-rewrite', 'blocks-writes', 'blocks-reads', 'may-fail', 'breaks-older-runtime'],
  'found.match': ['nothing', 'exact', 'damaged', 'nearest'],
};

/** The JSON Schema that docs/plan-format.md describes. New fields may come at any time, and are not refused. */
export function planSchema(): Schema {
  const format = readPlanFormat();
  const part = (anchor: string): Schema => {
    const fields = [...(format.get(anchor) ?? [])];
    const required = fields.filter(([, type]) => !type.includes(', with ')).map(([name]) => name);
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, type]) => [name, fieldSchema(anchor, name, type)])),
      required: anchor === 'found' ? ['match'] : required,
      ...condition(anchor, required),
    };
  };
  const anchors = [...format].filter(([anchor, fields]) => anchor !== '' && fields.size > 0).map(([anchor]) => anchor);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What dbos migrate --plan --format json and --check --format json print',
    ...part(''),
    $defs: Object.fromEntries(anchors.map((anchor) => [anchor, part(anchor)])),
  };
}

/** What one field makes of the others. */
function condition(anchor: string, required: readonly string[]): Schema {
  const either = (name: string, known: readonly string[], otherwise: readonly string[]): Schema => ({
    anyOf: [{ properties: { [name]: { enum: known } } }, { required: otherwise }],
  });
  if (anchor === 'a-change') return either('action', ['create', 'alter', 'drop'], ['renamedFrom']);
  return anchor === 'found' ? either('match', ['nothing'], required) : {};
}

function fieldSchema(anchor: string, name: string, type: string): Schema {
  const known = values[`${anchor}.${name}`];
  if (known !== undefined) return { enum: known };
  if (type === 'any value') return {};
  const [, list, reference] = /^(array of )?\[\w+\]\(#([\w-]+)\)/.exec(type) ?? [];
  const one: Schema =
    reference === undefined
      ? { type: type.startsWith('array of ') ? 'string' : /^\w+/.exec(type)?.[0] }
      : { $ref: `#/$defs/${reference}` };
  const schema: Schema = list !== undefined || type.startsWith('array of ') ? { type: 'array', items: one } : one;
  return type.endsWith(' or null') ? { anyOf: [schema, { type: 'null' }] } : schema;
}
