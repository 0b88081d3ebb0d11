/** DNS servers on UDP ports of 127.0.0.1, and resolver files that name them. */
import { createSocket, type Socket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode } from 'dns-packet';
import { onTestFinished } from 'vitest';

/** Addresses of a name, or how the server behaves. `noIPv6`: queries for IPv6 addresses are not answered. */
export interface Zone {
  readonly [name: string]:
    | { readonly addresses: readonly string[]; readonly ttl?: number; readonly noIPv6?: true }
    | 'servfail'
    | 'silent';
}

export interface NameServer {
  readonly port: number;
  /** Names of the queries for IPv4 addresses, in the order of arrival. */
  readonly queries: string[];
}

const SERVFAIL = 2;
const NXDOMAIN = 3;

/** Answers from a zone; other names do not exist. `silent`: answers nothing. */
export async function startNameServer(zone: Zone | 'silent'): Promise<NameServer> {
  const socket: Socket = createSocket('udp4');
  const queries: string[] = [];
  socket.on('message', (message, client) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (!question) return;
    const name = question.name.toLowerCase();
    if (question.type === 'A') queries.push(name);
    const entry = zone === 'silent' ? 'silent' : zone[name];
    if (entry === 'silent' || (typeof entry === 'object' && entry.noIPv6 && question.type === 'AAAA')) return;
    const rcode = entry === 'servfail' ? SERVFAIL : entry === undefined ? NXDOMAIN : 0;
    const { addresses = [], ttl = 60 } = typeof entry === 'object' ? entry : {};
    const answers = addresses
      .filter((address) => address.includes(':') === (question.type === 'AAAA'))
      .map((data) => ({ type: question.type, name, ttl, data }) as Answer);
    const flags = AUTHORITATIVE_ANSWER | rcode;
    socket.send(
      encode({ type: 'response', id: query.id, flags, questions: [question], answers }),
      client.port,
      client.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { port: (socket.address() as AddressInfo).port, queries };
}

/** Writes a resolv.conf that names these servers, and a hosts file. */
export async function writeResolverFiles(
  servers: readonly NameServer[],
  { lines = '', hosts = '' } = {},
): Promise<{ resolvConf: string; hosts: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-dns-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const paths = { resolvConf: join(directory, 'resolv.conf'), hosts: join(directory, 'hosts') };
  const nameservers = servers.map(({ port }) => `nameserver [127.0.0.1]:${port}\n`).join('');
  await writeFile(paths.resolvConf, `${nameservers}${lines}\n`);
  await writeFile(paths.hosts, hosts);
  return paths;
}
