/** `darkroom operations`: lists operations, or shows one with its parameters. */
import type { Command } from 'commander';
import type { Operation } from '../client/client.ts';
import { connect, printJson, type ServerOptions, withServer } from './connection.ts';
import { parameterRows } from './params/parameter-rows.ts';
import { columns } from './terminal/columns.ts';
import { plain, wrapped } from './terminal/plain.ts';

export function define(command: Command): void {
  command
    .command('check')
    .argument('<file>', 'YAML file of a command operation')
    .option('--sample <file...>', 'files to run it on')
    .option('--set <name=value...>', 'parameters for the run')
    .option('--out <directory>', 'directory for the results of the run', 'check-results')
    .description('check the definition of a command operation, and run it on samples')
    .action(async (file: string, options) =>
      (await import('./check-operation.ts')).checkOperation(file, options),
    );
  withServer(command.argument('[operation]', 'show this operation with its parameters')).action(
    async (name: string | undefined, options: ServerOptions) => {
      const client = connect(options);
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
  return columns([['OPERATION', 'AVAILABLE', 'TITLE'], ...rows]);
}

function details({ name, title, description, inputs, result, available, params, stages }: Operation): string {
  const { min, max, media } = inputs;
  const count = max === 0 ? 'none' : min === max ? String(min) : `${min} to ${max}`;
  const facts = columns(
    [
      ['assets', `${count}${max === 0 ? '' : ` (${media.join(', ')})`}`],
      ['result', result],
      ['stages', stages.join(', ')],
      ['available', available ? 'yes' : 'no worker online'],
    ],
    '  ',
  );
  const rows = parameterRows(params).map(
    ([key = '', kind = '', meaning = '']) =>
      `  ${key}: ${kind}${meaning && `\n${wrapped(plain(meaning), '      ')}`}`,
  );
  const table = rows.length === 0 ? '  none' : rows.join('\n');
  return `${name}: ${title}\n\n${wrapped(description)}\n\n${facts}\n\nParameters (--set NAME=VALUE)\n${table}`;
}
