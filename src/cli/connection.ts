/** What all client commands share: the server address, credentials, and the output format. */
import { type Command, Option } from 'commander';
import { createClient, type Darkroom } from '../client/client.ts';
import { exitCodeHelp, UsageError } from './exit-code.ts';

const DEFAULT_URL = 'http://127.0.0.1:8080';

export interface ServerOptions {
  readonly url?: string;
  readonly json?: boolean;
}

export function withServer(command: Command, jsonMeaning = 'print one JSON document'): Command {
  return command
    .addOption(new Option('--url <url>', `address of the server; default: DARKROOM_URL, or ${DEFAULT_URL}`))
    .option('--json', `${jsonMeaning} on stdout, and nothing else`)
    .addHelpText('after', exitCodeHelp);
}

export const jobUrl = ({ url }: ServerOptions): string => url || process.env['DARKROOM_URL'] || DEFAULT_URL;

/** Read from the environment only: other users of the machine can read command lines. */
export const readToken = (): string | undefined => process.env['DARKROOM_TOKEN'] || undefined;

export function connect(options: ServerOptions): Darkroom {
  try {
    return createClient({ url: jobUrl(options), token: readToken() });
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

export const printJson = (document: unknown): void => console.log(JSON.stringify(document));

/** Prints text for people on stderr. */
export const say = (text: string): void => console.error(text);
