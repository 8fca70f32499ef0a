import { systemDefinitions } from '../schema/index.ts';
import { migrate, reset } from '../src/index.ts';
import { withClient } from '../tests/conformance/support/postgres-engine.ts';
import {
  compare,
  type Comparison,
  type Contender,
  interleave,
  type Options,
  type Side,
  time,
} from './support/measure.ts';
import { withServer } from './support/server.ts';

/** What a test leaves behind. */
const FEW = 50;

const tables = systemDefinitions.tables
  .filter(({ content, ofSchema }) => content === undefined && ofSchema !== true)
  .map(({ name }) => `ONLY dbos.${name}`);

const truncate = `TRUNCATE ${tables.join(', ')}`;

/** What refers to others comes first, and others wait as they do for TRUNCATE. */
const remove = [
  `BEGIN; LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`,
  ...tables.toReversed().map((table) => `DELETE FROM ${table}`),
  'COMMIT',
].join('; ');

/** Between two tests: the tables emptied by `reset --keep-schema`, by hand, and by making them anew. */
export default async function keepSchema({ rows = 20_000 }: Options): Promise<readonly Comparison[]> {
  return withServer(async (server) => {
    const system = await server.createDatabase('suite');
    await migrate({ system });
    const emptying = (workflows: number, empty: () => Promise<unknown>): Contender => {
      return async () => {
        await withClient(system, (client) => client.query(fill(workflows)));
        return time(empty);
      };
    };
    const sending = (sql: string) => () => withClient(system, (client) => client.query(sql));
    const keeping = (): Promise<unknown> => reset({ system, keepSchema: true });
    const found = await interleave(7, {
      truncate: emptying(FEW, sending(truncate)),
      remove: emptying(FEW, sending(remove)),
      kept: emptying(FEW, keeping),
      anew: emptying(FEW, () => reset({ system }).then(() => migrate({ system }))),
      many: emptying(rows, keeping),
    });
    const what = `${FEW} workflows go`;
    const kept: Side = ['reset --keep-schema', found.kept];
    const byHand: Side = ['connect, TRUNCATE', found.truncate];
    return [
      compare(what, byHand, kept),
      compare(what, byHand, ['connect, DELETE', found.remove]),
      compare(what, kept, ['reset, migrate', found.anew]),
      compare('reset --keep-schema', [`${FEW} workflows`, found.kept], [`${rows} workflows`, found.many]),
    ];
  });
}

const fill = (count: number): string => `
  INSERT INTO dbos.workflow_status (workflow_uuid, status, name) SELECT 'w' || i, 'SUCCESS', 'f' FROM generate_series(1, ${count}) i;
  INSERT INTO dbos.operation_outputs (workflow_uuid, function_id, function_name, output)
    SELECT 'w' || i, step, 'g', 'x' FROM generate_series(1, ${count}) i, generate_series(1, 3) step;
  INSERT INTO dbos.workflow_events (workflow_uuid, key, value) SELECT 'w' || i, 'k', 'v' FROM generate_series(1, ${count}) i`;
