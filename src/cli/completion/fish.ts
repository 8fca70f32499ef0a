import { type Flag, namesOf } from '../flags.ts';
import type { Place } from './places.ts';
import { plain, takesFile } from './words.ts';

/**
 * The script for fish, from 3.1 on. Fish itself knows which word is the value of a flag, and completes it behind `=` too.
 * https://fishshell.com/docs/current/cmds/complete.html
 */
export const fishScript = (places: readonly Place[]): string => `# Completion of dbos for fish. It is loaded from here:
#   dbos completion fish > ~/.config/fish/completions/dbos.fish

${functions}
complete -c dbos -e
complete -c dbos -f
${places.flatMap(placeLines).join('\n')}
`;

/** `string` reads its input where it gets no text, so that it is never called without one. */
const functions = `function __dbos_words -d 'The words before the one that is completed, without dbos'
    set -l words (commandline -opc)
    while set -q words[1]; and string match -qr '^\\w+=' -- $words[1]
        set -e words[1]
    end
    set -e words[1]
    set -q words[1]; and printf '%s\\n' $words
end

function __dbos_at -d 'Whether these words stand on the line, and no others'
    set -l words (__dbos_words)
    test "$words" = "$argv"
end

function __dbos_behind -a way until -d 'Whether the words lead to a command, and none of these flags stands behind it'
    set -l words (__dbos_words)
    set -l length (count (string split ' ' -- $way))
    test "$words[1..$length]" = "$way"; or return 1
    # A flag that waits for its value is not used yet.
    test $until = value; and not string match -q -- '*=*' $words[-1]; and set -e words[-1]
    set -q words[1]; or return 0
    set -l used (string replace -r '=.*' '' -- $words)
    for name in $argv[3..-1]
        contains -- $name $used; and return 1
    end
    return 0
end
`;

const placeLines = (place: Place): readonly string[] =>
  place.paths.flatMap((path) => {
    const way = path.map(plain).join(' ');
    const at = `__dbos_at ${way}`.trim();
    const isGroup = place.words.length > 0;
    return [
      ...place.words.map(({ word, about }) => line(at, `-a ${plain(word)} -d ${quoted(about)}`)),
      ...argumentLines(way, place.argument?.values ?? []),
      ...place.flags.map((flag) => line(isGroup ? at : behind(way, flag), flagText(flag))),
    ];
  });

/** One word at most: where there is one of them already, none is offered. */
function argumentLines(way: string, values: readonly string[]): readonly string[] {
  const words = values.map(plain).join(' ');
  return values.length === 0 ? [] : [line(`__dbos_behind "${way}" end ${words}`, `-a ${quoted(words)}`)];
}

const line = (condition: string, rest: string): string => `complete -c dbos -n ${quoted(condition)} ${rest}`;

function behind(way: string, flag: Flag): string {
  const once = flag.repeats ? [] : namesOf(flag).map(plain);
  return [`__dbos_behind "${way}"`, flag.value === null ? 'end' : 'value', ...once].join(' ');
}

function flagText(flag: Flag): string {
  const names = namesOf(flag).map((name) =>
    name.startsWith('--') ? `-l ${plain(name.slice(2))}` : `-s ${plain(name.slice(1))}`,
  );
  return [...names, ...valueText(flag), `-d ${quoted(flag.about)}`].join(' ');
}

function valueText(flag: Flag): readonly string[] {
  if (flag.value === null) return [];
  if (takesFile(flag)) return ['-r', '-F'];
  return ['-x', ...(flag.values === undefined ? [] : [`-a ${quoted(flag.values.map(plain).join(' '))}`])];
}

/** In single quotes of fish a backslash stands for itself, but before one of these two. */
const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
