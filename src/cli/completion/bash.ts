import { quotedWord } from './quoted-word.ts';
import type { Candidates, CommandNode, OptionNode } from './tree.ts';

/** Needs bash 3.2 (the version of macOS) or later, and not the package bash-completion. */
export const bash = (
  tree: readonly CommandNode[],
  program: readonly string[],
): string => `# darkroom's completion for bash:  source <(darkroom completion bash)
_darkroom_ask() { ${program.map(quotedWord).join(' ')} __complete "$1" 2>/dev/null; }
_darkroom() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=''
  COMPREPLY=()
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
    : `words=$(_darkroom_ask ${candidates.ask})`;
}

const quoted = (words: readonly string[]): string => `'${words.join(' ')}'`;
