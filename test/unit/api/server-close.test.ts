/** A server that closes waits for active requests, and for nothing else. */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { listen } from '../../../src/api/server/server.ts';
import { freePort } from '../../support/ports.ts';

/** Milliseconds; longer than a test may take. */
const GRACE_MS = 3_600_000;

test('a client that keeps its connection open after its last response does not delay the end', async () => {
  const port = await freePort();
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const server = await listen([{ host: '127.0.0.1', port }], GRACE_MS, async () => {
    begin();
    await finished;
    return new Response('done');
  });
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<string>((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, agent }, (response) => resolve(text(response)));
    call.on('error', reject).end();
  });
  await begun;
  const closed = server.close();
  finish();
  expect(await answer).toBe('done');
  await closed;
  agent.destroy();
});
