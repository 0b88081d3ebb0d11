/** `darkroom __complete`: prints job ids or operations of the server, for completion scripts. Prints nothing on an error. */
import { Argument, type Command } from 'commander';
import { createClient } from '../../client/client.ts';
import { findServer, readToken, type ServerOptions } from '../connection.ts';

const TIMEOUT_MS = 1500;
const JOBS = 100;

export function define(command: Command): void {
  command
    .addArgument(new Argument('<kind>').choices(['jobs', 'operations']))
    .option('--url <url>')
    .action(async (kind: 'jobs' | 'operations', options: ServerOptions) => {
      try {
        const client = createClient({
          url: findServer(options).url,
          token: readToken(),
          timeoutMs: TIMEOUT_MS,
          retries: 0,
        });
        const words =
          kind === 'jobs'
            ? (await client.page({}, { limit: JOBS })).jobs.map(({ id }) => id)
            : (await client.operations()).map(({ name }) => name);
        console.log(words.join('\n'));
      } catch {
        process.exitCode = 1;
      }
    });
}
