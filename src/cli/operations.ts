/** `darkroom operations`: what the server can do, and with which parameters. */
import type { Command } from 'commander';
import type { Operation } from '../client/client.ts';
import { clientOf, printJson, type ServerOptions, withServer } from './connection.ts';
import { parameterRows } from './params/parameter-rows.ts';
import { columns } from './terminal/columns.ts';
import { plain, wrapped } from './terminal/plain.ts';

export function define(command: Command): void {
  command
    .command('check')
    .argument('<file>', 'a YAML file that describes an operation')
    .option('--sample <file...>', 'run it on these')
    .option('--set <name=value...>', 'parameters for the run')
    .option('--out <directory>', 'where results of the run go', 'check-results')
    .description('say whether a definition of your own can be used, and what it does with a sample')
    .action(async (file: string, options) =>
      (await import('./check-operation.ts')).checkOperation(file, options),
    );
  withServer(command.argument('[operation]', 'tell of this one, with its parameters')).action(
    async (name: string | undefined, options: ServerOptions) => {
      const client = clientOf(options);
      if (name === undefined) {
        const operations = await client.operations();
        if (options.json) printJson({ operations });
        else console.log(overview(operations));
        return;
      }
      const operation = await client.operation(name);
      if (options.json) printJson(operation);
      else console.log(details(operation));
    },
  );
}

function overview(operations: readonly Operation[]): string {
  const rows = operations.map(({ name, available, title }) => [
    name,
    available ? { text: 'yes', colour: 'green' as const } : { text: 'no worker', colour: 'yellow' as const },
    title,
  ]);
  return columns([['OPERATION', 'AVAILABLE', 'WHAT IT DOES'], ...rows]);
}

function details({ name, title, description, inputs, result, available, params, stages }: Operation): string {
  const { min, max, media } = inputs;
  const count = max === 0 ? 'none' : min === max ? String(min) : `${min} to ${max}`;
  const facts = columns(
    [
      ['assets', `${count}${max === 0 ? '' : ` (${media.join(', ')})`}`],
      ['result', result],
      ['stages', stages.join(', ')],
      ['available', available ? 'yes' : 'no live worker offers it'],
    ],
    '  ',
  );
  const rows = parameterRows(params).map(
    ([key = '', kind = '', meaning = '']) => `  ${key}: ${kind}\n${wrapped(plain(meaning), '      ')}`,
  );
  const table = rows.length === 0 ? '  none of its own' : rows.join('\n');
  return `${name}: ${title}\n\n${wrapped(description)}\n\n${facts}\n\nParameters (--set NAME=VALUE)\n${table}`;
}
