/** Named servers of a user: their addresses and keys, in a file that only this user can read. */
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../exit-code.ts';

const namedServer = z.object({ url: z.url(), token: z.string().optional() });

const serversFile = z.object({ servers: z.record(z.string(), namedServer) });

export type NamedServer = z.infer<typeof namedServer>;

/** `servers.json` in `$XDG_CONFIG_HOME/darkroom`, or `~/.config/darkroom`. */
export const serversPath = (): string =>
  join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'darkroom', 'servers.json');

/** @throws UsageError if the file is damaged */
export function readServers(): Record<string, NamedServer> {
  let text: string;
  try {
    text = readFileSync(serversPath(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return serversFile.parse(JSON.parse(text)).servers;
  } catch (error) {
    throw new UsageError(`${serversPath()} is damaged. Remove it, and run "darkroom login" again`, {
      cause: error,
    });
  }
}

/** @throws UsageError if there is no server of this name */
export function findNamedServer(name: string): { url: string; token: string | undefined } {
  const servers = readServers();
  const server = servers[name];
  if (server) return { url: server.url, token: server.token };
  const known = Object.keys(servers);
  const others = known.length === 0 ? '' : `; there are ${known.join(', ')}`;
  throw new UsageError(
    `There is no server "${name}"${others}. To add it: darkroom login --name ${name} --url URL`,
  );
}

/** Replaces the file, readable for this user only, in one step. */
export async function writeServers(servers: Record<string, NamedServer>): Promise<void> {
  const path = serversPath();
  const partial = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(partial, `${JSON.stringify({ servers }, null, 2)}\n`, { mode: 0o600 });
  await rename(partial, path);
}
