import { createHash } from 'node:crypto';
import type { Catalog } from '../model/catalog.ts';
import type { Definitions } from '../model/definition.ts';
import type { FunctionObject } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';

/**
 * The live catalog with texts that say the same as the declared ones replaced by these, so that what is left to
 * differ is a difference.
 */
export async function settle(live: Catalog, declared: Catalog, definitions: Definitions): Promise<Catalog> {
  const settled = new Map(live);
  for (const [id, wanted] of declared) {
    const found = live.get(id);
    if (wanted.kind === 'function' && found?.kind === 'function' && isSameBody(found, wanted, definitions)) {
      settled.set(id, { ...found, body: wanted.body });
    }
  }
  return settled;
}

/** A body is ours when only white space differs, and when it is the runtime's own build of the same function. */
function isSameBody(found: FunctionObject, wanted: FunctionObject, { functions }: Definitions): boolean {
  if (withoutBlanks(found.body) === withoutBlanks(wanted.body)) return true;
  const equivalents = functions.find((f) => f.name === wanted.name)?.equivalents ?? [];
  return equivalents.includes(bodyHash(found.body, found.schema));
}

const withoutBlanks = (body: string): string => body.replaceAll(/\s+/g, ' ');

/** The schema stands quoted in the bodies; hashes are kept for the schema `dbos`. */
const bodyHash = (body: string, schema: string): string =>
  createHash('md5')
    .update(withoutBlanks(body.replaceAll(`${quoteIdentifier(schema)}.`, '"dbos".')))
    .digest('hex');
