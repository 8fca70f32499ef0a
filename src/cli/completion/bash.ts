import { type Flag, namesOf } from '../flags.ts';
import type { Place } from './places.ts';
import { patterns, plain, takesFile } from './words.ts';

/**
 * The script for bash, from 3.2 on, which macOS has; the package bash-completion is not needed. Bash cuts words at each
 * `:`, `=` and `@`, and completes the last piece only, so that pieces are put together first.
 * https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
 */
export const bashScript = (
  places: readonly Place[],
): string => `# Completion of dbos for bash. A line in ~/.bashrc loads it:
#   eval "$(dbos completion bash)"

# What may stand behind the words in $at: words or the value of an argument, apart by |, and flags with their values.
_dbos_place() {
  case $at in
${places.map(placeCase).join('\n')}
  esac
}

# Whether these words lead to a place.
_dbos_leads() {
  case $1 in
    ${patterns(places.flatMap(({ paths }) => paths).filter((path) => path.length > 0))}) return 0 ;;
  esac
  return 1
}

${functions}
complete -F _dbos dbos
`;

/** All that is the same, whatever commands and flags there are. */
const functions = `# Takes those of the words in $2 that begin as the word does, with $1 before them, less what bash has on the line.
_dbos_offer() {
  local IFS='|' one
  for one in $2; do
    one=$1$one
    case $one in "$word"*) COMPREPLY+=("\${one:cut}") ;; esac
  done
}

# Leaves file names to bash; before 4.0 that takes some of its own.
_dbos_files() {
  local one
  if compopt -o default 2>/dev/null; then return; fi
  while IFS= read -r one; do
    if [[ $one ]]; then
      one=$1$one
      COMPREPLY+=("\${one:cut}")
    fi
  done <<<"$(compgen -f -- "\${word:\${#1}}")"
}

# Finds a flag of the place by one of its names, and what its value may be; false where it takes none.
_dbos_flag() {
  local spec
  value=
  for spec in $flags; do
    case "|\${spec%%[+=]*}|" in
      *"|$1|"*)
        value=\${spec#*=}
        [[ $spec == *=* ]]
        return
        ;;
    esac
  done
  return 1
}

_dbos_is_used() {
  local IFS='|' name
  for name in $1; do
    case $used in *" $name "*) return 0 ;; esac
  done
  return 1
}

_dbos() {
  local IFS=$' \\t\\n' at= words= argument= flags= value= used=' ' flag= spec
  local i n=0 cut word part= separator= glue=yes
  local -a line
  COMPREPLY=()

  line=('')
  for ((i = 1; i <= COMP_CWORD; i++)); do
    part=\${COMP_WORDS[i]-}
    case $part in
      '' | *[!:=@]*) separator= ;;
      *) separator=yes ;;
    esac
    if [[ $glue$separator ]]; then
      line[n]=\${line[n]}$part
    else
      n=$((n + 1))
      line[n]=$part
    fi
    glue=$separator
  done
  word=\${line[n]}
  if [[ $separator ]]; then part=; fi
  cut=$((\${#word} - \${#part}))

  for ((i = 0; i < n; i++)); do
    if ! _dbos_leads "$at \${line[i]}"; then break; fi
    at="$at \${line[i]}"
  done
  _dbos_place
  if [[ $words ]] && ((i < n)); then return 0; fi

  for (( ; i < n; i++)); do
    if [[ $flag ]]; then
      flag=
      continue
    fi
    case \${line[i]} in
      -*=*) used="$used\${line[i]%%=*} " ;;
      -*)
        used="$used\${line[i]} "
        if _dbos_flag "\${line[i]}"; then flag=\${line[i]}; fi
        ;;
      *) argument= ;;
    esac
  done

  # The value of a flag, behind it or behind its =.
  spec=
  case $word in
    --*=*)
      flag=\${word%%=*}
      spec=$flag=
      ;;
  esac
  if [[ $flag ]]; then
    if _dbos_flag "$flag"; then
      case $value in
        '<file>') _dbos_files "$spec" ;;
        *) _dbos_offer "$spec" "$value" ;;
      esac
    fi
    return 0
  fi

  _dbos_offer '' "$words$argument"
  if [[ $word != -* && $word$words$argument ]]; then return 0; fi
  for spec in $flags; do
    value=\${spec%%[+=]*}
    case $spec in
      *+*) ;;
      *) if _dbos_is_used "$value"; then continue; fi ;;
    esac
    _dbos_offer '' "$value"
  done
  return 0
}
`;

function placeCase({ paths, words, flags, argument }: Place): string {
  const said = [
    ['words', words.map(({ word }) => plain(word)).join('|')],
    ['argument', (argument?.values ?? []).map(plain).join('|')],
    ['flags', flags.map(flagSpec).join(' ')],
  ].filter(([, text]) => text !== '');
  return `    ${patterns(paths)}) ${said.map(([name, text]) => `${name}='${text}'`).join(' ')} ;;`;
}

/** `-s|--sys-db-url=` takes a value, `--allow+=data-loss` several times, `--out=<file>` the name of a file. */
function flagSpec(flag: Flag): string {
  const names = namesOf(flag).map(plain).join('|');
  if (flag.value === null) return names;
  const value = takesFile(flag) ? '<file>' : (flag.values ?? []).map(plain).join('|');
  return `${names}${flag.repeats ? '+' : ''}=${value}`;
}
