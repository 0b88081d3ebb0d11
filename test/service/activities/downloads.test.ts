/** Slow asset servers, and those who wait behind them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../support/lab.ts';
import { photo } from '../../support/photos.ts';
import { startWeb, type Web } from '../../support/web.ts';

const SLOTS = 8;

/** Drips bytes that do not count as silence, until the gate opens. */
async function startSlowWeb() {
  const bytes = await photo('coffee.jpg');
  const gate = new AbortController();
  let running = 0;
  let most = 0;
  const web = await startWeb(
    Object.fromEntries(
      Array.from({ length: 4 }, (_, index) => [
        `/${index}.jpg`,
        (_request, response) => {
          running++;
          most = Math.max(most, running);
          response.writeHead(200, { 'content-length': bytes.length });
          response.write(bytes.subarray(0, 1));
          let sent = 1;
          const drip = setInterval(() => response.write(bytes.subarray(sent, ++sent)), 50);
          const finish = () => response.end(bytes.subarray(sent));
          gate.signal.addEventListener('abort', finish);
          response.once('close', () => {
            running--;
            clearInterval(drip);
            gate.signal.removeEventListener('abort', finish);
          });
          if (gate.signal.aborted) finish();
        },
      ]),
    ),
  );
  return { ...web, running: () => running, most: () => most, open: () => gate.abort() };
}

describe('servers that send as slowly as is permitted', () => {
  let lab: Lab;
  let slow: Awaited<ReturnType<typeof startSlowWeb>>;
  let fast: Web;

  beforeAll(async () => {
    slow = await startSlowWeb();
    fast = await startWeb({ '/coffee.jpg': await photo('coffee.jpg') });
    lab = await startLab({
      env: {
        DARKROOM_IO_SLOTS: String(SLOTS),
        DARKROOM_DOWNLOAD_WAIT_MS: '1000',
        DARKROOM_ASSET_TIMEOUT_MS: '600000',
        DARKROOM_ASSET_MIN_RATE: '0',
      },
    });
  });
  afterAll(async () => {
    slow.open();
    await lab.dispose();
    await slow.close();
    await fast.close();
  });

  test('hold neither the downloads of other tenants nor those from other hosts', async () => {
    const slowUrl = slow.url.replace('127.0.0.1', 'localhost');
    const assets = [0, 1, 2, 3].map((index) => ({ source: { url: `${slowUrl}/${index}.jpg` } }));
    const slowJobs = await Promise.all(
      Array.from({ length: 10 }, () => lab.submit({ operation: 'image.metadata', assets }, 'slow')),
    );
    await expect.poll(slow.running).toBe(SLOTS / 2);

    const innocent = { operation: 'image.metadata', assets: [{ source: { url: `${fast.url}/coffee.jpg` } }] };
    const innocents = await Promise.all(
      ['other', 'slow', 'other', 'slow', 'third'].map((tenant) => lab.submit(innocent, tenant)),
    );
    for (const job of innocents)
      expect((await lab.until(job, 'completed', 'failed')).state).toBe('completed');

    expect([slow.running(), slow.most()]).toEqual([SLOTS / 2, SLOTS / 2]);
    for (const job of slowJobs)
      expect(['created', 'queued', 'downloading']).toContain((await lab.jobs.open(job)).job.state);

    slow.open();
    for (const job of slowJobs) expect((await lab.until(job, 'completed', 'failed')).state).toBe('completed');
  });
});

test('an asset that exceeds the time limit fails its job with that limit', async () => {
  const slow = await startSlowWeb();
  const lab = await startLab({ env: { DARKROOM_ASSET_MAX_MS: '300', DARKROOM_ASSET_MIN_RATE: '0' } });
  try {
    const assets = [{ source: { url: `${slow.url}/0.jpg` } }];
    const job = await lab.submit({ operation: 'image.metadata', assets });
    const { error } = await lab.until(job, 'failed', 'completed');
    expect(error).toMatchObject({
      code: 'asset_too_slow',
      retryable: false,
      message: expect.stringContaining('has not sent its whole response within 0.3 s'),
    });
  } finally {
    slow.open();
    await lab.dispose();
    await slow.close();
  }
});
