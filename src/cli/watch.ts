/** `darkroom watch`: shows the progress of a job until it ends. */
import type { Command } from 'commander';
import { connect, type ServerOptions, withServer } from './connection.ts';
import { makeFolder } from './destination.ts';
import { type FollowOptions, followJob, reportEnd, timeoutOption } from './follow-job.ts';

type Options = ServerOptions & FollowOptions & { readonly out?: string };

export function define(command: Command): void {
  withServer(
    command
      .argument('<id>', 'the job')
      .option('--out <dir>', 'write the results to this directory; - for standard output')
      .addOption(timeoutOption('stop watching after this time; the job continues')),
    'print a line of JSON for each change',
  ).action(async (id: string, options: Options) => {
    const client = connect(options);
    if (options.out !== undefined && options.out !== '-') await makeFolder(options.out);
    // Fails at once without such a job or a server. Only later outages are retried.
    await client.get(id);
    const watched = { ...options, watch: true };
    const job = await followJob(client, id, watched);
    await reportEnd(client, job, watched);
  });
}
