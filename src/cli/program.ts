import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { table } from './table.ts';

/** Creates the program. With `args`, defines options only for the commands that they name, which starts faster. */
export async function createProgram(args?: readonly string[]): Promise<Command> {
  const program = new Command('darkroom')
    .description('A durable job server for image and asset processing')
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('See "darkroom --help", or "darkroom COMMAND --help"')
    .addHelpText(
      'after',
      '\nThe server reads environment variables; "darkroom config" lists them. To start it: darkroom serve\n' +
        'The commands from submit on are clients of a server: --url or DARKROOM_URL is its address,\n' +
        'DARKROOM_TOKEN is the API key or access token.',
    );
  for (const { name, summary, hidden = false, define } of table) {
    const command = program
      .command(name, { hidden })
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}`);
    command.summary(summary);
    if (!args || args.includes(name)) await define(command, createProgram);
  }
  return program;
}
