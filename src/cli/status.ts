/** `darkroom status`: shows the status of a job, and what to do about a failure. */
import type { Command } from 'commander';
import { connect, printJson, type ServerOptions, withServer } from './connection.ts';
import { summary } from './summary.ts';

export function define(command: Command): void {
  withServer(command.argument('<id>', 'the job')).action(async (id: string, options: ServerOptions) => {
    const job = await connect(options).get(id);
    if (options.json) printJson(job);
    else console.log(summary(job));
  });
}
