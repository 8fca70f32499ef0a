import { withoutMend } from '../model/danger.ts';
import type { ObjectId } from '../model/objects.ts';
import { indented, type Paint, wrapped } from './page.ts';
import type { DatabaseView, UnmanagedView } from './view.ts';

/**
 * What a plan leaves alone: others' objects on our tables, first those that can break the runtime, with what mends
 * them, then retired tables with rows, then what only has a name of ours; and at the end what was not looked at.
 */
export function leftAloneText(
  { retired, unmanaged, foreign, unread }: Pick<DatabaseView, 'retired' | 'unmanaged' | 'foreign' | 'unread'>,
  paint: Paint,
): string {
  return [
    ...unmanaged.filter(({ danger }) => danger !== null).map((one) => dangerousText(one, paint)),
    ...unmanaged.filter(({ danger }) => danger === null).map((one) => signed('·', `${said(one)}: left alone`, paint)),
    ...retired.map((id) => signed('·', retiredText(id), paint)),
    ...foreign.map((id) => signed('·', `${id} has a name of DBOS's and is not of DBOS: left alone`, paint)),
    ...(unread.length === 0 ? [] : ['  Not looked at, and taken to be as declared:']),
    ...unread.map((what) => wrapped(`· ${what}`, 4, 6)),
  ]
    .map((text) => `${text}\n`)
    .join('');
}

const retiredText = (id: ObjectId): string =>
  `${id} is of an earlier release and may hold rows: left alone (--allow data-loss drops it)`;

function said({ id, coveredBy, note }: UnmanagedView): string {
  const facts = [note, coveredBy === null ? null : `redundant, since ${coveredBy} covers it`].filter((f) => f !== null);
  return `${id} is yours${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`;
}

const dangerousText = (one: UnmanagedView, paint: Paint): string =>
  [
    signed('!', `${said(one)} and can break the runtime:`, paint),
    wrapped(one.danger ?? '', 6),
    one.mend === null ? wrapped(withoutMend, 6) : indented(`${one.mend};`, 6),
  ].join('\n');

const signed = (sign: '!' | '·', text: string, paint: Paint): string =>
  wrapped(`${sign} ${text}`, 2, 6).replace(sign, paint(sign === '!' ? 'red' : 'dim', sign));
