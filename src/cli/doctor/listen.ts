/** Checks the listen addresses: free, or served by this darkroom. */
import { createServer } from 'node:net';
import type { Config } from '../../config/config.ts';
import { lockHolder } from '../../data-directory/lock.ts';
import type { ListenAddress } from '../../lib/settings/listen-address.ts';
import { withTimeout } from '../../lib/with-timeout.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

const TIMEOUT_MS = 3000;

export async function checkListen({ DARKROOM_LISTEN, DARKROOM_DATA, embedded }: Config): Promise<Finding[]> {
  // `darkroom api`, in a cluster, does not lock the data directory.
  const mayBeOurs = !embedded || (await lockHolder(DARKROOM_DATA)) !== null;
  return Promise.all(DARKROOM_LISTEN.map((address) => checkAddress(address, mayBeOurs)));
}

async function checkAddress({ host, port }: ListenAddress, mayBeOurs: boolean): Promise<Finding> {
  const check = 'address';
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const url = `http://${address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')}`;
  const status = await readStatus(url);
  if (status !== null && !mayBeOurs)
    return broken(
      check,
      `${address} is in use by a darkroom with another data directory`,
      'Stop it, choose another address with DARKROOM_LISTEN, or set DARKROOM_DATA to its data directory',
    );
  if (status === 'ready') return ok(check, `${address}, served by a darkroom that is ready`);
  if (status !== null)
    return warning(
      check,
      `${address}, served by a darkroom that is not ready: ${status}`,
      'See its log and the other checks',
    );
  const code = await findListenError({ host, port });
  if (code === null) return ok(check, `${address}, free`);
  if (code === 'EADDRINUSE')
    return broken(
      check,
      `${address} is in use by another program`,
      'Stop that program, or choose another address with DARKROOM_LISTEN',
    );
  const remedy =
    code === 'EACCES'
      ? 'Choose a port above 1023 with DARKROOM_LISTEN'
      : 'Choose an address of this machine with DARKROOM_LISTEN';
  return broken(check, `cannot listen on ${address} (${code})`, remedy);
}

/** Returns `ready`, or what is missing; null if no darkroom answers. */
async function readStatus(url: string): Promise<string | null> {
  const answer = await withTimeout(TIMEOUT_MS, undefined, async (signal) => {
    const response = await fetch(`${url}/readyz`, { signal });
    return (await response.json()) as { status?: unknown; missing?: unknown };
  }).catch(() => null);
  if (answer?.status === 'ready') return 'ready';
  return answer?.status === 'unavailable' && Array.isArray(answer.missing)
    ? `no ${answer.missing.join(', no ')}`
    : null;
}

function findListenError({ host, port }: ListenAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}
