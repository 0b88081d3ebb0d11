import { quotedWord } from './quoted-word.ts';
import type { Candidates, CommandNode, OptionNode } from './tree.ts';

export const zsh = (tree: readonly CommandNode[], program: readonly string[]): string => `#compdef darkroom
# darkroom's completion for zsh:  source <(darkroom completion zsh), or a file _darkroom on your fpath
_darkroom_ask() {
  local -a found
  found=(\${(f)"$(${program.map(quotedWord).join(' ')} __complete "$@" 2>/dev/null)"})
  compadd -a found
}
_darkroom_parameters() {
  local -a found
  local at operation
  for ((at = 1; at < CURRENT; at++)); do
    case "$words[at]" in -o|--operation) operation="$words[at+1]" ;; esac
  done
  [ -n "$operation" ] || return
  found=(\${(f)"$(${program.map(quotedWord).join(' ')} __complete parameters "$operation" 2>/dev/null)"})
  compadd -S '' -a found
}
_darkroom() {
  local -a commands
  commands=(
${tree.map(({ name, summary }) => `    ${quotedWord(`${name}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${tree.map(commandCase).join('\n')}
  help) _describe command commands ;;
  esac
}
if [ "$funcstack[1]" = _darkroom ]; then _darkroom "$@"; else compdef _darkroom darkroom; fi
`;

function commandCase({ name, options, argument }: CommandNode): string {
  const specs = [...options.flatMap(formatSpecs), `*:${name}:${action(argument)}`];
  // _arguments counts from the command's own word.
  return `  ${name})
    (( CURRENT-- )); shift words
    _arguments -s \\\n${specs.map((spec) => `      ${quotedWord(spec)}`).join(' \\\n')} ;;`;
}

function formatSpecs({ long, short, description, value }: OptionNode): string[] {
  const text = description.replace(/[[\]:\\]/g, '\\$&');
  const rest = `[${text}]${value === null ? '' : `:value:${action(value)}`}`;
  return [long, ...(short === null ? [] : [short])].map((name) => `*${name}${rest}`);
}

function action(candidates: Candidates): string {
  if (candidates === 'files') return '_files';
  if (candidates === 'nothing') return ' ';
  if ('ask' in candidates && candidates.ask === 'parameters') return '_darkroom_parameters';
  return 'words' in candidates ? `(${candidates.words.join(' ')})` : `{_darkroom_ask ${candidates.ask}}`;
}
