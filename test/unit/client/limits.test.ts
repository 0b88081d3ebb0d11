/** What the client does after 429. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client/client.ts';

/** A server that refuses `refusals` requests with 429, and accepts the others. */
async function serve(refusals: number, retryAfter: string) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.method);
    request.resume();
    if (asked.length > refusals) return void response.writeHead(200).end('{"id":"x"}');
    const headers = { 'content-type': 'application/problem+json', 'retry-after': retryAfter };
    const detail =
      'A key may send 2 requests in 60 seconds (DARKROOM_REQUEST_LIMITS); try again in 42 seconds';
    response.writeHead(429, headers).end(JSON.stringify({ code: 'rate_limited', detail, retryable: true }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('any request is repeated after Retry-After, also one that is not idempotent', async () => {
  const { url, asked } = await serve(2, '0');
  await expect(createClient({ url }).rerun('x')).resolves.toMatchObject({ id: 'x' });
  expect(asked).toEqual(['POST', 'POST', 'POST']);
});

test('a limit that lasts is an error with the time to wait', async () => {
  const [lasting, long] = [await serve(99, '0'), await serve(99, '3600')];
  const problem = { status: 429, code: 'rate_limited', isLimited: true, isOutage: false };
  await expect(createClient({ url: lasting.url }).get('x')).rejects.toMatchObject({
    ...problem,
    retryAfterMs: 0,
  });
  expect(lasting.asked).toHaveLength(4);
  await expect(createClient({ url: long.url }).get('x')).rejects.toMatchObject({
    ...problem,
    retryAfterMs: 3_600_000,
  });
  expect(long.asked).toHaveLength(1);
});
