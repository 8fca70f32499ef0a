import { readFileSync } from 'node:fs';

/** The fields of one table of docs/plan-format.md: name and type. */
type Shape = ReadonlyMap<string, string>;

/** The tables of the document by their heading's anchor; the first one, without a heading of its own, as `''`. */
export function readPlanFormat(): ReadonlyMap<string, Shape> {
  const text = readFileSync(new URL('../../docs/plan-format.md', import.meta.url), 'utf8');
  const sections = text.split(/^## /m).map((section, i) => {
    const rows = section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm);
    const heading = i === 0 ? '' : (section.split('\n', 1)[0] ?? '').toLowerCase().replaceAll(' ', '-');
    return [heading, new Map(Array.from(rows, ([, name = '', type = '']) => [name, type.trim()]))] as const;
  });
  return new Map(sections);
}

/** What of a value is not as the document says, by path; `seen` gets every documented field that occurs. */
export function deviations(value: unknown, seen: Set<string>): readonly string[] {
  const format = readPlanFormat();

  function object(at: string, given: unknown, anchor: string): readonly string[] {
    const shape = format.get(anchor);
    if (shape === undefined) return [`${at}: the document has no part ${anchor}`];
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return [`${at}: no object`];
    const fields = given as Readonly<Record<string, unknown>>;
    const strange = Object.keys(fields).filter((name) => !shape.has(name));
    return [
      ...strange.map((name) => `${at}.${name}: not in the document`),
      ...[...shape].flatMap(([name, type]) => {
        if (!(name in fields)) return isOptional(anchor, type, fields) ? [] : [`${at}.${name}: missing`];
        seen.add(`${anchor}.${name}`);
        return field(`${at}.${name}`, fields[name], type);
      }),
    ];
  }

  function field(at: string, given: unknown, type: string): readonly string[] {
    const [, list, anchor] = /^(array of )?\[\w+\]\(#([\w-]+)\)/.exec(type) ?? [];
    if (given === null && type.endsWith(' or null')) return [];
    if (type === 'any value') return [];
    if (list === undefined && anchor !== undefined) return object(at, given, anchor);
    if (!type.startsWith('array of ')) return typeof given === /^\w+/.exec(type)?.[0] ? [] : [`${at}: no ${type}`];
    if (!Array.isArray(given)) return [`${at}: no array`];
    return given.flatMap((item: unknown, i) =>
      anchor === undefined ? field(`${at}[${i}]`, item, 'string') : object(`${at}[${i}]`, item, anchor),
    );
  }

  return object('plan', value, '');
}

const isOptional = (anchor: string, type: string, fields: Readonly<Record<string, unknown>>): boolean =>
  (type.endsWith(', with a rename only') && fields['action'] !== 'rename') ||
  (anchor === 'found' && fields['match'] === 'nothing');
