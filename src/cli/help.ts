import type { Flag } from './flags.ts';
import { entriesOf, type Entry, flagAbout, flagText, type Known, type Manual, urlForms, usageLine } from './manual.ts';
import { wrapped } from './wrap.ts';

/** Columns of the narrowest terminal that anybody has. */
const width = 80;

/**
 * The list of all commands, each with its flags.
 * @param group first word of the commands that are wanted; all unless given
 */
export function overview(manual: Manual, group?: string): string {
  const { label, version } = manual;
  const entries = entriesOf(manual)
    .filter(({ paths }) => group === undefined || paths[0]?.[0] === group)
    .map((entry) =>
      [
        ...wrapped(usageLine(entry), { first: '  ', rest: '      ', width }),
        ...wrapped(entry.about, { first: '    ', rest: '    ', width }),
      ].join('\n'),
    );
  const command = ['dbos', ...(group === undefined ? [] : [group]), 'COMMAND'].join(' ');
  return [
    `${label} - ${version}`,
    `Usage: ${command} [options]`,
    entries.join('\n\n'),
    `\`${command} --help\` explains one command${group === undefined ? '; `dbos --version` prints the version' : ''}.\n`,
  ].join('\n\n');
}

/** The help of one command. */
export function helpPage(command: Known, manual: Manual): string {
  const entry = entriesOf(manual).find(({ paths }) => paths === command.paths);
  if (entry === undefined) throw new Error('a command without a definition');
  return [
    ...wrapped(entry.about, { first: '', rest: '', width }),
    ['Usage', ...wrapped(usageLine(entry), { first: '  ', rest: '      ', width })].join('\n'),
    ['Options', ...entry.flags.flatMap(optionLines)].join('\n'),
    ...(takesUrl(entry) ? [['URLs', ...urlForms.map((form) => `  ${form}`)].join('\n')] : []),
    ['Details', paragraphs(entry.details)].join('\n'),
    ['Examples', ...entry.examples.map(exampleText)].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

const takesUrl = ({ flags }: Entry): boolean => flags.some(({ value }) => value === 'URL');

/** Two columns; a flag too long for the first one has a line of its own. */
const optionLines = (flag: Flag): readonly string[] =>
  wrapped(flagAbout(flag), { first: `  ${flagText(flag).padEnd(22)}  `, rest: ' '.repeat(26), width });

const paragraphs = (text: string): string =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => wrapped(paragraph, { first: '  ', rest: '  ', width }).join('\n'))
    .join('\n\n');

const exampleText = ([about, line]: readonly [string, string]): string => `  ${about}\n  $ ${line}\n`;
