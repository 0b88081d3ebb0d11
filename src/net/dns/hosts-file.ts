/** The names of hosts(5). */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** Reads and parses a hosts file; default: that of the system. A missing file counts as empty. */
export const readHosts = async (path = '/etc/hosts'): Promise<Map<string, string[]>> =>
  parseHosts(await readFile(path, 'utf8').catch(() => ''));

/** Parses a hosts file. Returns addresses by name, in lower case. */
export function parseHosts(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = hosts.get(key) ?? [];
      if (!known.includes(address)) hosts.set(key, [...known, address]);
    }
  }
  return hosts;
}
