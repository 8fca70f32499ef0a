import type { Row } from '../../model/dialect.ts';
import { groupBy } from '../../model/group-by.ts';
import type { GrantObject } from '../../model/objects.ts';
import { tablePrivileges } from '../rights-query.ts';
import type { Source } from './reading.ts';
import { isOwn } from './routines.ts';
import { isTable, isYes, nameIn } from './rows.ts';

/** What the application's role lacks, and of what nobody can say. */
export interface Privileges {
  readonly objects: readonly GrantObject[];
  /** Names of tables and functions. */
  readonly doubtful: readonly string[];
}

/**
 * What the role lacks in effect of tables and functions: grants to PUBLIC, to groups it inherits from, and what it
 * owns count. Whoever is neither owner nor role is not shown all that was granted, and nor is the owner what another
 * role handed on: there nothing is said to be lacking. All else that is granted, no view of the standard shows. That others have
 * objects here may be hidden too, so that grants are made one by one.
 * https://www.postgresql.org/docs/current/infoschema-table-privileges.html
 */
export function privilegesIn(source: Source, onTables: readonly Row[], onRoutines: readonly Row[]): Privileges {
  const { look, isPostgres } = source;
  const { schema, role } = look;
  if (role === null || !isPostgres) return { objects: [], doubtful: [] };
  const [tables, functions] = [tablesIn(source, onTables), functionsIn(source, onRoutines)];
  const grant = (on: GrantObject['on'], { lacking }: Lacking): GrantObject => ({
    kind: 'grant',
    schema,
    role,
    on,
    lacking: [...new Set(lacking)].toSorted(),
    shared: true,
  });
  return {
    objects: [grant('tables', tables), grant('functions', functions)],
    doubtful: [...tables.doubtful, ...functions.doubtful],
  };
}

interface Lacking {
  readonly lacking: readonly string[];
  readonly doubtful: readonly string[];
}

function tablesIn({ views, shown: { own } }: Source, granted: readonly Row[]): Lacking {
  const byTable = groupBy(granted, (row) => nameIn(row, 'table_name'));
  return parted(
    views.tables.filter(isTable).map((row) => {
      const name = nameIn(row, 'table_name');
      const rows = byTable.get(name) ?? [];
      const has = new Set(rows.filter(isTheirs).map((found) => nameIn(found, 'privilege_type')));
      return {
        name,
        hasAll: tablePrivileges.every((one) => has.has(one)),
        isTold: own.has(name) && !rows.some(isHandedOn),
      };
    }),
  );
}

function functionsIn({ views }: Source, granted: readonly Row[]): Lacking {
  const byRoutine = groupBy(granted, (row) => nameIn(row, 'specific_name'));
  return parted(
    views.routines
      .filter((row) => nameIn(row, 'routine_type') === 'FUNCTION')
      .map((row) => {
        const rows = byRoutine.get(nameIn(row, 'specific_name')) ?? [];
        return {
          name: nameIn(row, 'routine_name'),
          hasAll: rows.some(isTheirs),
          isTold: isOwn(row) && !rows.some(isHandedOn),
        };
      }),
  );
}

const isTheirs = (row: Row): boolean => row['theirs'] === true;

/** Whether a role that is not the owner may grant the same on. */
const isHandedOn = (row: Row): boolean => isYes(row, 'is_grantable') && row['grantor'] !== row['grantee'];

interface Granted {
  readonly name: string;
  readonly hasAll: boolean;
  readonly isTold: boolean;
}

function parted(all: readonly Granted[]): Lacking {
  const without = all.filter(({ hasAll }) => !hasAll);
  return {
    lacking: without.filter(({ isTold }) => isTold).map(({ name }) => name),
    doubtful: without.filter(({ isTold }) => !isTold).map(({ name }) => name),
  };
}
