import { dropRetired } from '../planner/ownership.ts';
import { tellApart } from '../planner/unmanaged.ts';
import { inspect, type Inspection } from '../apply/inspect.ts';
import { UserError } from '../model/errors.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { Found } from '../planner/recognise.ts';
import type { DatabaseView } from '../report/view.ts';
import type { RunDatabase } from './databases.ts';

export interface Inspected extends RunDatabase {
  readonly inspection: Inspection;
}

/**
 * Connects to all databases and plans for each, before any is changed.
 * @throws UserError for the first that cannot be reached, or where the role to grant to does not exist.
 */
export async function inspectAll(
  databases: readonly RunDatabase[],
  { allowDataLoss }: { readonly allowDataLoss: boolean },
): Promise<readonly Inspected[]> {
  const inspected: Inspected[] = [];
  try {
    for (const entry of databases) {
      const { dialect, scope } = entry.database;
      const mayDrop = dropRetired(scope.definitions.retired, allowDataLoss);
      const inspection = await inspect(entry.database, ({ server: { product } }) => ({
        target: dialect.declare(scope.definitions, { ...entry.declare, product }),
        mayDrop,
        first: [],
      }));
      inspected.push({ ...entry, inspection });
      refuseMissingRole(inspection);
    }
    return inspected;
  } catch (error) {
    await closeAll(inspected);
    throw error;
  }
}

export async function closeAll(inspected: readonly Inspected[]): Promise<void> {
  for (const { inspection } of inspected) await inspection.opened.connection.close();
}

function refuseMissingRole({ database, live }: Inspection): void {
  if (live.server.roleExists) return;
  const role = database.scope.role ?? '';
  throw new UserError(`role "${role}" does not exist`, {
    where: database.where,
    hint: `CREATE ROLE ${quoteIdentifier(role)} LOGIN PASSWORD '…';   then run migrate again`,
  });
}

interface ViewOptions {
  readonly several: boolean;
  readonly ignore: readonly string[];
  readonly found?: Found | null;
}

/** What the reports need to know. A shell is told to connect where it cannot be connected yet, or where there are two. */
export const viewOf = (
  { title, way, inspection }: Pick<Inspected, 'title' | 'way' | 'inspection'>,
  { several, ignore, found = null }: ViewOptions,
): DatabaseView => ({
  title,
  dialect: inspection.database.dialect.name,
  url: inspection.database.where,
  database: inspection.database.scope.database,
  schema: inspection.database.scope.schema,
  server: `${inspection.live.server.product} ${inspection.live.server.version}`,
  plan: inspection.plan,
  ahead: inspection.ahead,
  found,
  ...leftAlone(inspection, ignore),
  begin: inspection.database.dialect.begin,
  connectServer: way.toServer,
  connect: several || !inspection.opened.exists ? way.toDatabase : null,
});

function leftAlone({ plan, live, target, database }: Inspection, ignore: readonly string[]) {
  const { retired } = database.scope.definitions;
  const { kept, strangers } = tellApart(plan.unmanaged, target, { retired, ignore });
  return {
    kept,
    strangers: strangers.map((stranger) => ({ ...stranger, note: live.notes?.get(stranger.id) ?? null })),
  };
}
