import { idFor } from '../../model/kinds.ts';
import type { Look } from '../../model/look.ts';
import type { CatalogObject } from '../../model/objects.ts';
import type { Sight } from './sight.ts';

/** What no view of the standard shows, for whomever. */
const unseenByAll = [
  'indexes',
  'whether tables are unlogged, partitioned or under row security',
  'how columns are stored, and what is left of their sequences',
  'whether NOT NULL, checks and foreign keys are validated, keys are finished, and what keys include',
  'whether triggers are enabled, deferred or run on TRUNCATE',
  'settings of functions, whether they are STABLE, parallel safe or return sets, and who else may run them',
  'exclusion constraints, rules, publications, inheritance, and foreign keys of other tables',
  'sizes of tables and indexes',
];

const unseenElsewhere = [
  'what defaults, views, triggers and functions say, which this product prints its own way',
  'what was granted',
];

interface Found {
  /** Who is connected. */
  readonly user: string;
  /** Tables and functions of which it cannot be told what the application's role lacks. */
  readonly doubtful: readonly string[];
  readonly objects: readonly CatalogObject[];
}

/** What a reading did not look at, in the operator's words. */
export function toldOf(sight: Sight, { role }: Look, { user, doubtful, objects }: Found): readonly string[] {
  const without = (seen: ReadonlySet<string>): readonly string[] => [...sight.tables].filter((name) => !seen.has(name));
  const partly = objects.filter((o) => o.kind === 'function' && sight.unseenFields.has(idFor(o)));
  const named = [
    ['tables', [...sight.hiddenTables]],
    ['columns of', without(sight.withColumns)],
    ['keys and triggers of', without(sight.withKeys)],
    ['checks of', without(sight.own)],
    ['functions', [...sight.hiddenFunctions]],
    ['bodies and arguments of', partly.flatMap((o) => ('name' in o ? [o.name] : []))],
    ['rows of', [...sight.unreadRows]],
    ['definitions of', [...sight.unread]],
    [`rights of ${role} on`, doubtful],
  ] as const;
  return [
    ...unseenByAll,
    ...(sight.isPostgres ? [] : unseenElsewhere),
    ...(role === null ? [] : [`rights of ${role} on the database, the schema and sequences, and default privileges`]),
    ...named.flatMap(([what, names]) => (names.length === 0 ? [] : [`${what} ${listed(names)}, not shown to ${user}`])),
  ];
}

/** A reader looks for a few names, and not for many. */
const listed = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`;
