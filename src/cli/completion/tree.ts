/** The commands and options for completion scripts. */
import type { Argument, Command, Option } from 'commander';

/**
 * Candidates for a word: fixed words, a list from the server, files, or nothing. `parameters`: `NAME=` and `NAME=VALUE` of the
 * operation that the command line names.
 */
export type Candidates =
  | { readonly words: readonly string[] }
  | { readonly ask: 'jobs' | 'operations' | 'parameters' }
  | 'files'
  | 'nothing';

export interface CommandNode {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionNode[];
  readonly argument: Candidates;
}

export interface OptionNode {
  /** Such as `-o`; null if there is no short form. */
  readonly short: string | null;
  readonly long: string;
  readonly description: string;
  /** Candidates for the value; null if the option takes none. */
  readonly value: Candidates | null;
}

export function buildCommandTree(program: Command): CommandNode[] {
  return program.commands
    .filter((command) => !command.name().startsWith('__'))
    .map((command) => ({
      name: command.name(),
      summary: command.summary(),
      options: [...command.options.filter(({ hidden }) => !hidden).map(toOptionNode), help],
      argument: toCandidates(command.registeredArguments[0]),
    }));
}

const help: OptionNode = { short: '-h', long: '--help', description: 'display help', value: null };

function toOptionNode({ short, long, description, required, argChoices, flags }: Option): OptionNode {
  const placeholder = /<(.+)>/.exec(flags)?.[1] ?? '';
  return {
    short: short ?? null,
    long: long ?? '',
    description,
    value: required ? findCandidates(named[long ?? ''] ?? placeholder, argChoices) : null,
  };
}

/** Options whose value is known by their name. */
const named: Readonly<Record<string, string | undefined>> = {
  '--operation': 'operation',
  '--set': 'parameter',
};

function toCandidates(argument: Argument | undefined): Candidates {
  return argument ? findCandidates(argument.name(), argument.argChoices) : 'nothing';
}

function findCandidates(name: string, choices: readonly string[] | undefined): Candidates {
  if (choices) return { words: choices };
  if (name === 'operation') return { ask: 'operations' };
  if (name === 'parameter') return { ask: 'parameters' };
  if (name === 'id') return { ask: 'jobs' };
  return ['file', 'dir', 'asset'].includes(name) ? 'files' : 'nothing';
}
