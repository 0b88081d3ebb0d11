/** `darkroom login`, `logout` and `servers`: named servers with their keys. */
import { type Command, Option } from 'commander';
import { DarkroomProblem } from '../../client/client.ts';
import { say } from '../connection.ts';
import { UsageError } from '../exit-code.ts';
import { openClient } from '../open-client.ts';
import { columns } from '../terminal/columns.ts';
import { findNamedServer, readServers, serversPath, writeServers } from './named-servers.ts';
import { readSecret } from './read-secret.ts';

interface LoginOptions {
  readonly name: string;
  readonly url?: string;
  readonly withoutKey?: boolean;
}

export function defineLogin(command: Command): void {
  command
    .addOption(new Option('--name <name>', 'name of the server for --server').default('default'))
    .option('--url <url>', 'address of the server; default: the one that is stored under this name')
    .option('--without-key', 'store no key: the server needs no login')
    .addHelpText(
      'after',
      '\nThe API key or access token is asked for, or read from standard input. It is stored in' +
        `\n  ${serversPath()}\nwhich only you can read.`,
    )
    .action(login);
}

async function login({ name, url = readServers()[name]?.url, withoutKey }: LoginOptions): Promise<void> {
  if (!/^[\w.-]+$/.test(name))
    throw new UsageError(`--name ${name}: must be letters, digits, ".", "_" or "-"`);
  if (url === undefined)
    throw new UsageError('--url: give the address of the server, such as https://darkroom.example.com');
  const token = withoutKey ? '' : await readSecret(`Key for ${url}: `);
  if (token === '' && !withoutKey)
    throw new UsageError('There is no key. A server without login takes --without-key');
  const client = openClient({ url, token, retries: 0 });
  // Any call that needs a login shows whether the key is valid.
  await client.operations().catch((error: unknown) => {
    if (!(error instanceof DarkroomProblem) || error.code !== 'unauthenticated') throw error;
    throw new UsageError(`${url} does not accept this key. Nothing was stored`, { cause: error });
  });
  await writeServers({ ...readServers(), [name]: { url, ...(token !== '' && { token }) } });
  say(`Stored as "${name}". Use it with --server ${name}, or: export DARKROOM_SERVER=${name}`);
}

export function defineLogout(command: Command): void {
  command
    .addOption(new Option('--name <name>', 'the server').default('default'))
    .action(async ({ name }: { name: string }) => {
      findNamedServer(name);
      const { [name]: _, ...others } = readServers();
      await writeServers(others);
      say(`"${name}" is removed. Its key stays valid: "darkroom keys revoke", on the server, ends that`);
    });
}

export function defineServers(command: Command): void {
  command
    .option('--json', 'print one JSON document on stdout, and nothing else')
    .action(({ json }: { json?: boolean }) => {
      const servers = Object.entries(readServers()).map(([name, { url, token }]) => ({
        name,
        url,
        has_key: token !== undefined,
      }));
      if (json) return console.log(JSON.stringify({ servers }));
      if (servers.length === 0) return say('No servers. To add one: darkroom login --name NAME --url URL');
      const rows = servers.map(({ name, url, has_key }) => [name, url, has_key ? 'yes' : 'no']);
      console.log(columns([['NAME', 'ADDRESS', 'KEY'], ...rows]));
    });
}
