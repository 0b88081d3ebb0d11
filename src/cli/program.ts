import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { groups } from './table.ts';

const examples = `
Examples:
  darkroom serve                                            start the server
  darkroom submit photo.jpg -o image.transform --set width=800 --watch
  darkroom list --state failed
  darkroom logs JOB --follow

Commands for clients find the server by --url, --server or DARKROOM_URL, else on this machine. DARKROOM_TOKEN is the API
key or access token. The server reads environment variables; "darkroom config" lists them.`;

/** Creates the program. With `args`, defines options only for the commands that they name, which starts faster. */
export async function createProgram(args?: readonly string[]): Promise<Command> {
  const program = new Command('darkroom')
    .description('A durable job server for image and asset processing')
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('See "darkroom --help", or "darkroom COMMAND --help"')
    .addHelpText('after', examples);
  for (const { title, commands } of groups) {
    for (const { name, summary, hidden = false, examples, define } of commands) {
      const command = program
        .command(name, { hidden })
        .helpGroup(title)
        .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}`);
      command.summary(summary);
      if (args && !args.includes(name)) continue;
      await define(command, createProgram);
      if (examples && examples.length > 0)
        command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
    }
  }
  return program;
}
