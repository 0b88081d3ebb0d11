/** `darkroom templates`: templates of jobs on the server. */
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { DarkroomProblem, type TemplateSummary, type TemplateView } from '../client/client.ts';
import { formatAge } from '../lib/units.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { UsageError } from './exit-code.ts';
import { defineSubmission, submit } from './submit.ts';
import { explainProblem, readTemplateFile } from './templates/template-file.ts';
import { parseTemplateName } from './templates/template-name.ts';
import { columns } from './terminal/columns.ts';
import { plain } from './terminal/plain.ts';

interface ApplyOptions extends ServerOptions {
  readonly name?: string;
  readonly shared?: boolean;
}

const shared = () => new Option('--shared', 'the template that all tenants share; takes the role admin');

export function define(command: Command): void {
  withServer(
    command
      .command('apply')
      .argument('<file>', 'YAML or JSON file of a template, or - for standard input')
      .description('write a template; a new version is made if it has changed')
      .option('--name <name>', 'name of the template; default: the field name of the file')
      .addOption(shared()),
  ).action(apply);
  withServer(
    command.command('list').description('list the templates of the tenant, shared and built-in ones'),
  ).action(list);
  withServer(
    command
      .command('get')
      .argument('<template>', 'NAME or NAME@VERSION')
      .description('print a template, as apply reads it'),
  ).action(get);
  withServer(
    command
      .command('delete')
      .argument('<name>', 'name of the template')
      .description('delete all versions of a template')
      .addOption(shared()),
  ).action(async (name: string, options: ApplyOptions) => {
    await connect(options).templates.delete(name, { shared: options.shared });
    if (options.json) return printJson({ name });
    say(`Template ${name} is deleted`);
  });
  defineSubmission(
    command
      .command('run')
      .argument('<template>', 'NAME or NAME@VERSION')
      .description('submit a job by a template; --set sets its parameters'),
  ).action((template: string, assets: readonly string[], options) =>
    submit(assets, { ...options, template }),
  );
}

async function apply(file: string, options: ApplyOptions): Promise<void> {
  const { name: inFile, template, locate } = await readTemplateFile(file);
  const name = options.name ?? inFile;
  if (name === undefined) throw new UsageError(`${file}: has no name; add the field name, or give --name`);
  const client = connect(options);
  try {
    const written = await client.templates.put(name, template as never, { shared: options.shared });
    if (options.json) return printJson(written);
    say(`Template ${name}@${written.version} is stored`);
  } catch (error) {
    if (error instanceof DarkroomProblem) throw explainProblem(error, file, locate);
    throw error;
  }
}

async function list(options: ServerOptions): Promise<void> {
  const templates = await connect(options).templates.list();
  if (options.json) return printJson({ templates });
  const toRow = ({ name, version, scope, title, created_at }: TemplateSummary) => [
    name,
    String(version),
    scope,
    created_at === null ? '' : formatAge(Date.parse(created_at)),
    plain(title),
  ];
  console.log(columns([['TEMPLATE', 'VERSION', 'SCOPE', 'WRITTEN', 'TITLE'], ...templates.map(toRow)]));
}

async function get(reference: string, options: ServerOptions): Promise<void> {
  const { name, version } = parseTemplateName(reference);
  const template = await connect(options).templates.get(name, { version });
  if (options.json) return printJson(template);
  process.stdout.write(stringify(toFile(template)));
}

/** The fields that `apply` reads. */
const toFile = ({ name, title, description, params, steps, results }: TemplateView) => ({
  name,
  ...(title && { title }),
  ...(description && { description }),
  params,
  steps,
  ...(results && { results }),
});
