/** Options of all client commands: the server address, credentials, and the output format. */
import { type Command, Option } from 'commander';
import { createClient, type Darkroom } from '../client/client.ts';
import { readConfig } from '../config/config.ts';
import { findServerAddress } from '../data-directory/server-address.ts';
import { exitCodeHelp, UsageError } from './exit-code.ts';

export interface ServerOptions {
  readonly url?: string;
  readonly json?: boolean;
}

export function withServer(command: Command, jsonMeaning = 'print one JSON document'): Command {
  return command
    .addOption(
      new Option(
        '--url <url>',
        'address of the server; default: DARKROOM_URL, or the server of this machine',
      ),
    )
    .option('--json', `${jsonMeaning} on stdout, and nothing else`)
    .addHelpText('after', exitCodeHelp);
}

interface FoundServer {
  readonly url: string;
  /** Why this server was chosen. */
  readonly reason: string;
}

/**
 * Finds the server: `--url`, DARKROOM_URL, the server that runs on the data directory, or the address that it would have.
 *
 * @throws ConfigError if the settings are invalid and neither `--url` nor DARKROOM_URL is given
 */
export function findServer({ url }: ServerOptions): FoundServer {
  if (url) return { url, reason: '--url' };
  const fromEnvironment = process.env['DARKROOM_URL'];
  if (fromEnvironment) return { url: fromEnvironment, reason: 'DARKROOM_URL' };
  const { DARKROOM_DATA, localUrl } = readConfig(process.env, { listens: false });
  const running = findServerAddress(DARKROOM_DATA);
  if (running !== null) return { url: running, reason: `runs on ${DARKROOM_DATA}` };
  const reason = process.env['DARKROOM_LISTEN'] ? 'DARKROOM_LISTEN' : 'default address';
  return { url: localUrl, reason: `${reason}; no server runs on ${DARKROOM_DATA}` };
}

/** Reads the token. It comes from the environment only: other users of the machine can read command lines. */
export const readToken = (): string | undefined => process.env['DARKROOM_TOKEN'] || undefined;

export function connect(options: ServerOptions): Darkroom {
  const { url, reason } = findServer(options);
  if (process.stderr.isTTY && !options.json) say(`Server: ${url} (${reason})`);
  try {
    return createClient({ url, token: readToken() });
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

export const printJson = (document: unknown): void => console.log(JSON.stringify(document));

/** Prints a message on stderr. */
export const say = (text: string): void => console.error(text);
