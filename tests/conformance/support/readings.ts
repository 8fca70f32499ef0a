import { isDeepStrictEqual } from 'node:util';
import { applicationDefinitions, systemDefinitions } from '../../../schema/index.ts';
import { combine } from '../../../src/model/definition.ts';
import { lookFor } from '../../../src/model/look.ts';
import { connectPostgres } from '../../../src/postgres/connection/connect.ts';
import { postgres, postgresByInformationSchema } from '../../../src/postgres/dialect.ts';
import { bare, targetOf } from '../../support/connecting.ts';
import { covered } from '../../support/covered.ts';

/** What information_schema says otherwise than pg_catalog of all that it shows, an object a line. */
export async function readingsApart(url: string): Promise<readonly string[]> {
  const target = targetOf(url);
  const { connection, missing } = await connectPostgres(target, { environment: bare });
  if (connection === null) throw missing;
  const definitions = combine(systemDefinitions, applicationDefinitions);
  const look = lookFor({ database: target.database, schema: 'dbos', role: null, definitions });
  try {
    const [whole, portable] = [
      covered((await postgres.introspect(connection, look)).catalog),
      covered((await postgresByInformationSchema.introspect(connection, look)).catalog),
    ];
    const ids = new Set([...Object.keys(whole), ...Object.keys(portable)]);
    return [...ids]
      .filter((id) => !isDeepStrictEqual(whole[id], portable[id]))
      .map((id) => JSON.stringify([id, whole[id], portable[id]]));
  } finally {
    await connection.close();
  }
}
