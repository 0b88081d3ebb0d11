/** The typed client over bad connections: a proxy breaks them, in front of a real server. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Darkroom as Client, createClient } from '../../../src/client/client.ts';
import { localFile, saveFile } from '../../../src/client/files.ts';
import { type FaultyProxy, startProxy } from '../../support/proxy.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let server: Darkroom;
let proxy: FaultyProxy;
let client: Client;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-outages-'));
  server = await startStack();
  proxy = await startProxy(server.url);
  client = createClient({ url: proxy.url, timeoutMs: 60_000 });
});
beforeEach(() => {
  proxy.seen.length = 0;
  proxy.faults = [];
});
afterAll(async () => {
  await proxy.close();
  await server.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('requests', () => {
  test('are retried after a 503, after Retry-After', async () => {
    proxy.faults = ['refuse', 'refuse'];
    await client.operations();
    expect(proxy.seen).toHaveLength(3);
  });

  test('are retried after a lost response: a repeated submission is one job', async () => {
    const operation = 'test.echo';
    proxy.faults = ['lose', 'lose'];
    const { id } = await client.submit({ operation, params: { once: true } });
    const keys = proxy.seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    const listed = async () => (await client.page({ operation })).jobs.map((job) => job.id);
    await expect.poll(listed).toEqual([id]);
  });

  test('with an upload are retried', async () => {
    const picture = join(folder, 'grey.png');
    await sharp({ create: { width: 40, height: 40, channels: 3, background: '#888' } }).toFile(picture);
    proxy.faults = ['lose'];
    const { id } = await client.submit({
      operation: 'image.transform',
      assets: [await localFile(picture)],
    });
    expect(proxy.seen).toHaveLength(2);
    expect(await client.wait(id)).toMatchObject({ state: 'completed', assets: { total: 1 } });
  });

  test('that are not idempotent are not retried', async () => {
    proxy.faults = ['refuse'];
    await expect(client.rerun('some-job')).rejects.toMatchObject({ status: 503, retryable: true });
    expect(proxy.seen).toHaveLength(1);
  });

  test('are retried up to a limit, and time out without a response', async () => {
    proxy.faults = Array.from({ length: 10 }, () => 'refuse' as const);
    await expect(client.get('x')).rejects.toMatchObject({ status: 503, code: 'http_error' });
    expect(proxy.seen).toHaveLength(4);
    proxy.faults = ['hang'];
    const hasty = createClient({ url: proxy.url, timeoutMs: 200, retries: 0 });
    await expect(hasty.get('x')).rejects.toMatchObject({ status: 0, code: 'timeout', retryable: true });
  });
});

describe('events', () => {
  test('resume after a broken connection', async () => {
    const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 4000 } });
    proxy.seen.length = 0;
    proxy.faults = [{ cutAfter: 200 }, { cutAfter: 300 }];
    const ids: number[] = [];
    let last = '';
    for await (const event of client.events(id)) {
      if (event.type === 'state') ids.push(event.seq);
      last = event.type;
    }
    expect(last).toBe('end');
    // Each transition once, in order, over three connections.
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    const connections = proxy.seen.filter(({ path }) => path.endsWith('/events'));
    expect(connections).toHaveLength(3);
    expect(connections[0]?.headers['last-event-id']).toBeUndefined();
    expect(connections[2]?.headers['last-event-id']).toMatch(/^1\.\d+$/);
  });

  test('are replaced by polling if a gateway blocks them', async () => {
    const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 5000 } });
    const paths: string[] = [];
    const walled = createClient({
      url: server.url,
      fetch: async (input, init) => {
        const { pathname } = new URL(String(input));
        paths.push(pathname);
        return pathname.endsWith('/events')
          ? new Response('what is this?', { status: 404 })
          : fetch(input, init);
      },
    });
    const states: string[] = [];
    const job = await walled.wait(id, { onProgress: ({ state }) => states.push(state) });
    expect(job.state).toBe('completed');
    expect(states).toContain('processing');
    expect(paths.filter((path) => path.endsWith('/events'))).toHaveLength(1);
    expect(paths.filter((path) => path.endsWith(id)).length).toBeGreaterThan(1);
  });

  test('wait tolerates an outage up to a limit', async () => {
    const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 1500 } });
    proxy.faults = Array.from({ length: 6 }, () => 'refuse' as const);
    expect(await client.wait(id)).toMatchObject({ state: 'completed' });
    proxy.faults = Array.from({ length: 100 }, () => 'refuse' as const);
    await expect(client.wait(id, { outageMs: 0 })).rejects.toMatchObject({ status: 503 });
  });
});

describe('downloads', () => {
  const bytes = randomBytes(4_000_000);
  const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

  /** A job whose one result is a picture of noise, a few megabytes in size. */
  async function largeResult() {
    const raw = { width: 1000, height: 1000, channels: 4 as const };
    await sharp(bytes, { raw }).png({ compressionLevel: 0 }).toFile(join(folder, 'noise.png'));
    const { id } = await client.submit({
      operation: 'image.transform',
      assets: [await localFile(join(folder, 'noise.png'))],
    });
    await client.wait(id);
    const [entry] = await client.files(id);
    if (!entry) throw new Error('The job made no file');
    expect(entry.size).toBeGreaterThan(2_000_000);
    return { id, entry };
  }

  test('resume after a broken connection', async () => {
    const { id, entry } = await largeResult();
    const target = join(folder, 'resumed.png');
    proxy.seen.length = 0;
    proxy.faults = [{ cutAfter: 1_000_000 }, { cutAfter: 500_000 }];
    await saveFile(client, id, entry, target);
    expect(sha256(await readFile(target))).toBe(entry.sha256);
    const ranges = proxy.seen
      .map(({ headers }) => /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1])
      .map(Number);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeNaN();
    expect(ranges[1]).toBeGreaterThan(0);
    expect(ranges[2]).toBeGreaterThan(ranges[1] ?? 0);
    expect(await readdir(folder)).not.toContain('resumed.png.part');
  });

  test('do not resume with the data of another file', async () => {
    const { id, entry } = await largeResult();
    const target = join(folder, 'mixed.png');
    await writeFile(`${target}.part`, Buffer.alloc(1_000_000, 7));
    await saveFile(client, id, entry, target);
    expect(sha256(await readFile(target))).toBe(entry.sha256);
  });

  test('without progress fail, and leave no file', async () => {
    const { id, entry } = await largeResult();
    const target = join(folder, 'never.png');
    proxy.faults = Array.from({ length: 100 }, () => 'refuse' as const);
    await expect(saveFile(client, id, entry, target)).rejects.toMatchObject({ status: 503 });
    expect(await readdir(folder)).not.toContain('never.png');
  });
});
