import { migrate } from '../tests/conformance/support/migrate.ts';
import type { PostgresServer } from '../tests/support/postgres.ts';
import { compare, type Comparison, interleave, type Options, time } from './support/measure.ts';
import { withDatabase, withServer } from './support/server.ts';
import { workflows } from './support/workflows.ts';

const FEW = 1000;

/** Whether a column of an older release, varchar(40) where text is declared, becomes text without a rewrite of its table. */
export default async function typeChange({ rows = 1_000_000 }: Options): Promise<readonly Comparison[]> {
  return withServer(async (server) => {
    const few = await workflows(server, FEW, 'varchar(40)');
    const many = await workflows(server, rows, 'varchar(40)');
    const found = await interleave(5, { few: () => migrateCopy(server, few), many: () => migrateCopy(server, many) });
    return [compare('migrate, varchar(40) to text', [`${FEW} rows`, found.few], [`${rows} rows`, found.many])];
  });
}

const migrateCopy = (server: PostgresServer, of: string): Promise<number> =>
  withDatabase(server, (systemUrl) => time(() => migrate({ systemUrl })), of);
