import { quotedWord } from './quoted-word.ts';
import type { Candidates, CommandNode, OptionNode } from './tree.ts';

/** Needs bash 3.2 (the version of macOS) or later, and not the package bash-completion. */
export const bash = (
  tree: readonly CommandNode[],
  program: readonly string[],
): string => `# darkroom's completion for bash:  source <(darkroom completion bash)
_darkroom_ask() { ${program.map(quotedWord).join(' ')} __complete "$@" 2>/dev/null; }
_darkroom_parameters() {
  local at operation=''
  for ((at = 2; at < COMP_CWORD; at++)); do
    case "\${COMP_WORDS[at]}" in -o | --operation) operation=\${COMP_WORDS[at+1]} ;; esac
  done
  [ -n "$operation" ] && _darkroom_ask parameters "$operation"
}
_darkroom() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words='' name=''
  COMPREPLY=()
  # bash splits words at "=".
  if [ "$cur" = = ]; then name=$prev prev=\${COMP_WORDS[COMP_CWORD-2]} cur=''
  elif [ "$prev" = = ] && [ "$COMP_CWORD" -gt 3 ]; then
    name=\${COMP_WORDS[COMP_CWORD-2]} prev=\${COMP_WORDS[COMP_CWORD-3]}
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=${quoted([...tree.map(({ name }) => name), 'help', '--help', '--version'])}
  else
    case "\${COMP_WORDS[1]} $prev" in
${tree.flatMap(({ name, options }) => options.flatMap((option) => valueCase(name, option))).join('\n')}
    *)
      case "\${COMP_WORDS[1]}" in
${tree.map(commandCase).join('\n')}
      help) words=${quoted(tree.map(({ name }) => name))} ;;
      esac ;;
    esac
  fi
  [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _darkroom darkroom
`;

function valueCase(command: string, { long, short, value }: OptionNode): string[] {
  if (value === null) return [];
  const names = [long, ...(short === null ? [] : [short])].map((name) => `"${command} ${name}"`).join(' | ');
  return [`    ${names}) ${assignment(value)} ;;`];
}

function commandCase({ name, options, argument }: CommandNode): string {
  const flags = quoted(options.map(({ long }) => long));
  return `      ${name}) if [[ $cur == -* ]]; then words=${flags}; else ${assignment(argument)}; fi ;;`;
}

/** Without candidates, bash completes files. */
function assignment(candidates: Candidates): string {
  if (typeof candidates === 'string') return ':';
  return 'words' in candidates
    ? `words=${quoted(candidates.words)}`
    : candidates.ask === 'parameters'
      ? PARAMETERS
      : `words=$(_darkroom_ask ${candidates.ask})`;
}

/** After `NAME=` only its values, else only names, and no space after them. */
const PARAMETERS = `words=$(_darkroom_parameters)
      if [ -n "$name" ]; then words=$(printf '%s\\n' "$words" | sed -n "s/^$name=\\(.\\)/\\1/p")
      else words=$(printf '%s\\n' "$words" | grep '=$'); compopt -o nospace 2>/dev/null; fi`;

const quoted = (words: readonly string[]): string => `'${words.join(' ')}'`;
