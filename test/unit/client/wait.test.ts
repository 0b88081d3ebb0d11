/** Time limits hold although garbage is collected meanwhile. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../../src/client/client.ts';
import { Watcher } from '../../../src/jobs/query/watcher.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let collecting: NodeJS.Timeout;
beforeAll(() => {
  collecting = setInterval(collectGarbage, 20);
});
afterAll(() => clearInterval(collecting));

test('wait() of the client ends after its timeout', async () => {
  const silent = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
  );
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const client = createClient({ url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
  const { signal } = new AbortController();
  await expect(client.wait('job', { timeoutMs: 200, signal })).rejects.toMatchObject({ code: 'not_ended' });
  silent.closeAllConnections();
  silent.close();
});

test('ended() of the watcher returns after its timeout', async () => {
  const watcher = new Watcher(
    () => new Promise(() => undefined),
    () => new Promise(() => undefined),
  );
  const { signal } = new AbortController();
  expect(await watcher.ended({ tenant: 'public', id: 'job' }, 200, signal)).toBeNull();
});
