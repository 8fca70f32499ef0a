import { type Argument, type Flag, namesOf } from '../flags.ts';
import type { Place } from './places.ts';
import { patterns, plain, quotedForSh, takesFile } from './words.ts';

/**
 * The script for zsh: a line of its start file loads it behind compinit, and as the file `_dbos` it is loaded from fpath,
 * where its text is the body of the function.
 * https://zsh.sourceforge.io/Doc/Release/Completion-System.html
 */
export const zshScript = (places: readonly Place[]): string => `#compdef dbos
# Completion of dbos for zsh. A line in ~/.zshrc, behind compinit, loads it:
#   eval "$(dbos completion zsh)"
# Or it is the file _dbos in a directory of fpath.

_dbos() {
  local at='' i=2
  local -a found
  while (( i < CURRENT )); do
    case "$at \${words[i]}" in
      ${patterns(places.flatMap(({ paths }) => paths).filter((path) => path.length > 0))}) at="$at \${words[i]}" ;;
      *) break ;;
    esac
    (( i++ ))
  done
  shift $(( i - 2 )) words
  (( CURRENT -= i - 2 ))
  case $at in
${places.map(placeCase).join('\n')}
  esac
}

if [[ "\${funcstack[1]-}" == _dbos ]]; then
  _dbos "$@"
elif (( \${+functions[compdef]} )); then
  compdef _dbos dbos
fi
`;

function placeCase(place: Place): string {
  const lines = place.words.length > 0 ? groupLines(place) : commandLines(place);
  return [`    ${patterns(place.paths)})`, ...lines.map((line) => `      ${line}`), '      ;;'].join('\n');
}

/** What leads on is said at its place only; a flag is offered to who has begun one. */
function groupLines({ words, flags }: Place): readonly string[] {
  const described = (word: string, about: string): string =>
    quotedForSh(`${plain(word)}:${about.replaceAll(':', '\\:')}`);
  const options = flags.flatMap((flag) => namesOf(flag).map((name) => described(name, flag.about)));
  return [
    '(( CURRENT == 2 )) || return 1',
    ...(options.length === 0
      ? []
      : [`found=(${options.join(' ')})`, `[[ $PREFIX == -* ]] && { _describe -o -t options option found; return }`]),
    `found=(${words.map(({ word, about }) => described(word, about)).join(' ')})`,
    '_describe -t commands command found',
  ];
}

const commandLines = ({ flags, argument }: Place): readonly string[] => [
  '_arguments \\',
  ...[...flags.flatMap(flagSpecs), ...(argument === null ? [] : [argumentSpec(argument)])]
    .map(quotedForSh)
    .map((spec, i, all) => `  ${spec}${i === all.length - 1 ? '' : ' \\'}`),
];

/** One for each name, which excludes the others of the same flag. */
const flagSpecs = (flag: Flag): readonly string[] =>
  namesOf(flag).map((name, _, names) => {
    const isTwice = flag.repeats ? '*' : names.length > 1 ? `(${names.map(plain).join(' ')})` : '';
    const glue = flag.value !== null && name.startsWith('--') ? '=' : '';
    return `${isTwice}${plain(name)}${glue}[${explained(flag.about)}]${valueSpec(flag)}`;
  });

function valueSpec(flag: Flag): string {
  if (flag.value === null) return '';
  if (takesFile(flag)) return `:${flag.value}:_files`;
  return `:${flag.value}:${flag.values === undefined ? ' ' : wordList(flag.values)}`;
}

const argumentSpec = ({ name, values }: Argument): string => `:${name}:${wordList(values)}`;

const wordList = (words: readonly string[]): string => `(${words.map(plain).join(' ')})`;

const explained = (text: string): string => text.replaceAll(/[\\[\]:]/g, String.raw`\$&`);
