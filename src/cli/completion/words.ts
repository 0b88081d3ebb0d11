/** `darkroom __complete`: prints words for completion scripts that the server knows. Prints nothing on an error. */
import { Argument, type Command } from 'commander';
import type { Darkroom } from '../../client/client.ts';
import { findServer, type ServerOptions } from '../connection.ts';
import { openClient } from '../open-client.ts';
import { parameterWords } from '../params/parameter-words.ts';

const TIMEOUT_MS = 1500;
const JOBS = 100;

const readWords = {
  jobs: async (client: Darkroom) => (await client.page({}, { limit: JOBS })).jobs.map(({ id }) => id),
  operations: async (client: Darkroom) => (await client.operations()).map(({ name }) => name),
  parameters: async (client: Darkroom, operation = '') =>
    parameterWords((await client.operation(operation)).params),
};

export function define(command: Command): void {
  command
    .addArgument(new Argument('<kind>').choices(Object.keys(readWords)))
    .argument('[operation]')
    .option('--url <url>')
    .option('--server <name>')
    .action(async (kind: keyof typeof readWords, operation: string | undefined, options: ServerOptions) => {
      try {
        const { url, token } = findServer(options);
        const client = openClient({ url, token, timeoutMs: TIMEOUT_MS, retries: 0 });
        console.log((await readWords[kind](client, operation)).join('\n'));
      } catch {
        process.exitCode = 1;
      }
    });
}
