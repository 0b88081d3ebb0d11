/** The addresses to serve: free, or served by a darkroom already. */
import { createServer } from 'node:net';
import type { Config } from '../../config/config.ts';
import { lockHolder } from '../../data-directory/lock.ts';
import type { ListenAddress } from '../../lib/settings/listen-address.ts';
import { withTimeout } from '../../lib/with-timeout.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

const PATIENCE_MS = 3000;

export async function checkListen({ DARKROOM_LISTEN, DARKROOM_DATA, embedded }: Config): Promise<Finding[]> {
  // Of a cluster the API may be served here by `darkroom api`, which locks no directory.
  const mayBeOurs = !embedded || (await lockHolder(DARKROOM_DATA)) !== null;
  return Promise.all(DARKROOM_LISTEN.map((address) => checkAddress(address, mayBeOurs)));
}

async function checkAddress({ host, port }: ListenAddress, mayBeOurs: boolean): Promise<Finding> {
  const check = 'address';
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const url = `http://${address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')}`;
  const served = await askDarkroom(url);
  if (served !== null && !mayBeOurs)
    return broken(
      check,
      `${address}, where a darkroom listens that is not the server of this data directory`,
      'Stop that one, or choose another address with DARKROOM_LISTEN; or name its directory with DARKROOM_DATA',
    );
  if (served === 'ready') return ok(check, `${address}, served by a darkroom that is ready`);
  if (served !== null)
    return warning(
      check,
      `${address}, served by a darkroom that is not ready: ${served}`,
      'See what it logs, and the other lines here',
    );
  const code = await bindingError({ host, port });
  if (code === null) return ok(check, `${address}, free`);
  if (code === 'EADDRINUSE')
    return broken(
      check,
      `${address}, where another program listens`,
      'Stop that program, or choose another address with DARKROOM_LISTEN',
    );
  const mend =
    code === 'EACCES'
      ? 'Choose a port above 1023 with DARKROOM_LISTEN'
      : 'Choose an address of this machine with DARKROOM_LISTEN';
  return broken(check, `${address}, which cannot be listened on (${code})`, mend);
}

/** `ready`, or what is missing; null when no darkroom answers. */
async function askDarkroom(url: string): Promise<string | null> {
  const answer = await withTimeout(PATIENCE_MS, undefined, async (signal) => {
    const response = await fetch(`${url}/readyz`, { signal });
    return (await response.json()) as { status?: unknown; missing?: unknown };
  }).catch(() => null);
  if (answer?.status === 'ready') return 'ready';
  return answer?.status === 'unavailable' && Array.isArray(answer.missing)
    ? `no ${answer.missing.join(', no ')}`
    : null;
}

function bindingError({ host, port }: ListenAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}
