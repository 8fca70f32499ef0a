import { kinds } from '../model/kinds.ts';
import type { ObjectKind } from '../model/objects.ts';
import type { FoundState } from '../planner/recognise.ts';
import type { DatabaseView } from './view.ts';
import { counted } from './words.ts';

/**
 * What was found, in parts: `runtime schema 108 (Python 2.31)`, `1 index missing`, `1 object of yours`; none where there
 * is nothing to say.
 */
export function foundParts({ found, unmanaged }: Pick<DatabaseView, 'found' | 'unmanaged'>): readonly string[] {
  if (found === null) return [];
  if (found.match === 'nothing') return ['no DBOS tables'];
  const differences = differencesOf(found);
  const { claims } = found;
  const isNone = found.match === 'nearest';
  return [
    ...(isNone
      ? [`no runtime schema of any release; nearest is ${nearestText(found)}: ${differences.join(', ')}`]
      : []),
    ...(isNone ? [] : [stateText(found), ...differences]),
    ...(claims.length === 0
      ? []
      : [`its version row${claims.length === 1 ? ' says' : 's say'} ${claims.join(' and ')}`]),
    ...(unmanaged.length === 0 ? [] : [`${counted(unmanaged.length, 'object')} of yours`]),
  ];
}

const stateText = (found: FoundState): string =>
  found.version === null
    ? `the tables of ${found.label}, older than runtime schema 1`
    : `runtime schema ${numberText(found)}`;

const nearestText = (found: FoundState): string =>
  found.version === null ? `that of ${found.label}` : numberText(found);

const numberText = ({ version, label, interrupted }: FoundState): string =>
  `${version} (${interrupted ? 'on the way to ' : ''}${label})`;

const differencesOf = ({ missing, different, surplus }: FoundState): readonly string[] => [
  ...byKind(missing).map((what) => `${what.text} missing`),
  ...byKind(different).map((what) => `${what.text} differ${what.count === 1 ? 's' : ''}`),
  ...byKind(surplus).map((what) => `${what.text} of another release`),
];

function byKind(ids: readonly string[]): readonly { readonly count: number; readonly text: string }[] {
  const counts = new Map<ObjectKind, number>();
  for (const id of ids) {
    const kind = id.slice(0, id.indexOf(':')) as ObjectKind;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => ({ count, text: counted(count, kinds[kind].label) }));
}
