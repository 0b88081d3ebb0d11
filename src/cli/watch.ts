/** `darkroom watch`: the progress of a job until it has ended. */
import type { Command } from 'commander';
import { clientOf, type ServerOptions, withServer } from './connection.ts';
import { checkFolder } from './destination.ts';
import { exitCodeOfJob } from './exit-code.ts';
import { type FollowOptions, fetchResults, followJob, tellEnd, timeoutOption } from './follow-job.ts';

type Options = ServerOptions & FollowOptions & { readonly out?: string };

export function define(command: Command): void {
  withServer(
    command
      .argument('<id>', 'the job')
      .option('--out <dir>', 'write the results there')
      .addOption(timeoutOption('watch no longer; the job goes on')),
    'print a line of JSON for each change',
  ).action(async (id: string, options: Options) => {
    const client = clientOf(options);
    if (options.out !== undefined) await checkFolder(options.out);
    // At once, if there is no such job or no server: only later outages are worth waiting for.
    await client.get(id);
    const watched = { ...options, watch: true };
    const job = await followJob(client, id, watched);
    if (options.out !== undefined && job.state === 'completed') await fetchResults(client, id, options.out);
    tellEnd(job, watched);
    process.exitCode = exitCodeOfJob(job);
  });
}
