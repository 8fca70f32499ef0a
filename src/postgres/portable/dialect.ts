import type { Connection, Dialect, LiveState } from '../../model/dialect.ts';
import type { Look } from '../../model/look.ts';
import { besideDeclared } from './beside.ts';
import { introspectPortably, type Portable } from './introspect.ts';
import { askServer, type Server } from './server.ts';

/** How a server is spoken to, by the name of its product. */
export type Speaking = (product: string) => Dialect;

/** A live state that brings the dialect that takes what was not seen as declared. */
export function withSight({ live, sight }: Portable, dialect: Dialect): LiveState {
  return {
    ...live,
    dialect: {
      ...dialect,
      settle: (catalog, declared, definitions) =>
        dialect.settle(besideDeclared(catalog, declared, sight), declared, definitions),
    },
  };
}

/** Reads what is there by information_schema, whatever the product is. */
export async function readPortably(
  connection: Connection,
  look: Look,
  speaking: Speaking,
  server?: Server,
): Promise<LiveState> {
  const found = server ?? (await askServer(connection, look));
  return withSight(await introspectPortably(connection, look, found), speaking(found.product));
}
