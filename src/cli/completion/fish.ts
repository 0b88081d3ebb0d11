import type { Candidates, CommandNode, OptionNode } from './tree.ts';

export const fish = (tree: readonly CommandNode[], program: readonly string[]): string =>
  [
    "# darkroom's completion for fish:  darkroom completion fish | source",
    `function __darkroom_ask; ${program.map(quote).join(' ')} __complete $argv 2>/dev/null; end`,
    'function __darkroom_parameters',
    '  set -l operation (string match -rg -- "(?:^| )(?:-o|--operation) +(\\\\S+)" (commandline -pc))',
    '  test -n "$operation[1]"; and __darkroom_ask parameters $operation[1]',
    'end',
    'complete -c darkroom -f',
    ...tree.flatMap((command) => [
      `complete -c darkroom -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
      ...formatCommand(command),
    ]),
    '',
  ].join('\n');

function formatCommand({ name, options, argument }: CommandNode): string[] {
  const within = `complete -c darkroom -n '__fish_seen_subcommand_from ${name}'`;
  const words = formatArguments(argument);
  return [
    ...(words === '' ? [] : [`${within}${words}`]),
    ...options.map((option) => `${within}${formatOption(option)} -d ${quote(option.description)}`),
  ];
}

function formatOption({ long, short, value }: OptionNode): string {
  const names = ` -l ${long.slice(2)}${short === null ? '' : ` -s ${short.slice(1)}`}`;
  if (value === null) return names;
  return `${names} -r${formatArguments(value)}`;
}

function formatArguments(candidates: Candidates): string {
  if (candidates === 'files') return ' -F';
  if (candidates === 'nothing') return '';
  return 'words' in candidates
    ? ` -a ${quote(candidates.words.join(' '))}`
    : candidates.ask === 'parameters'
      ? " -a '(__darkroom_parameters)'"
      : ` -a '(__darkroom_ask ${candidates.ask})'`;
}

const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
