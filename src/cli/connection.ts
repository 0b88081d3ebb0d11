/** Options of all client commands: the server address, credentials, and the output format. */
import { type Command, Option } from 'commander';
import type { Darkroom } from '../client/client.ts';
import { readConfig } from '../config/config.ts';
import { findServerAddress } from '../data-directory/server-address.ts';
import { exitCodeHelp } from './exit-code.ts';
import { printJson, useJqFilter } from './json-output.ts';
import { openClient } from './open-client.ts';
import { findNamedServer } from './servers/named-servers.ts';

export interface ServerOptions {
  readonly url?: string;
  /** Name of a server of `darkroom login`. */
  readonly server?: string;
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
    .addOption(
      new Option('--server <name>', 'a server of "darkroom login"; default: DARKROOM_SERVER').conflicts(
        'url',
      ),
    )
    .option('--json', `${jsonMeaning} on stdout, and nothing else`)
    .option('--jq <filter>', 'print what a jq filter selects of the JSON')
    .addHelpText('after', exitCodeHelp)
    .hook('preAction', async (ran) => {
      const { jq } = ran.opts<{ jq?: string }>();
      if (jq === undefined) return;
      ran.setOptionValue('json', true);
      await useJqFilter(jq);
    });
}

interface FoundServer {
  readonly url: string;
  /** The stored key of a named server; of any other, DARKROOM_TOKEN. */
  readonly token: string | undefined;
  /** Why this server was chosen. */
  readonly reason: string;
}

/**
 * Finds the server: `--url`, `--server`, DARKROOM_URL, DARKROOM_SERVER, the server that runs on the data directory, or the address that
 * it would have.
 *
 * @throws ConfigError if the settings are invalid and no server is given
 * @throws UsageError if there is no server of this name
 */
export function findServer({ url, server }: ServerOptions): FoundServer {
  // There is no option for it: other users of the machine can read command lines.
  const token = process.env['DARKROOM_TOKEN'] || undefined;
  if (url) return { url, token, reason: '--url' };
  if (server) return { ...findNamedServer(server), reason: `--server ${server}` };
  const fromEnvironment = process.env['DARKROOM_URL'];
  if (fromEnvironment) return { url: fromEnvironment, token, reason: 'DARKROOM_URL' };
  const named = process.env['DARKROOM_SERVER'];
  if (named) return { ...findNamedServer(named), reason: `DARKROOM_SERVER=${named}` };
  const { DARKROOM_DATA, localUrl } = readConfig(process.env, { listens: false });
  const running = findServerAddress(DARKROOM_DATA);
  if (running !== null) return { url: running, token, reason: `runs on ${DARKROOM_DATA}` };
  const reason = process.env['DARKROOM_LISTEN'] ? 'DARKROOM_LISTEN' : 'default address';
  return { url: localUrl, token, reason: `${reason}; no server runs on ${DARKROOM_DATA}` };
}

export function connect(options: ServerOptions): Darkroom {
  const found = findServer(options);
  if (process.stderr.isTTY && !options.json) say(`Server: ${found.url} (${found.reason})`);
  return openClient({ url: found.url, token: found.token });
}

export { printJson };

/** Prints a message on stderr. */
export const say = (text: string): void => console.error(text);
