/** What a client does on a good day, against a whole server. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadKeyring } from '../../../src/auth/load-keyring.ts';
import { completedActivities } from '../../support/cluster/activity-history.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { photo } from '../../support/photos.ts';
import { processes } from '../../support/processes.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { temporalOf } from '../../support/temporal.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let gate: Gate;
/** Far longer than a cancellation takes on any machine. */
const LONG_MS = 600_000;

beforeAll(async () => {
  gate = await makeGate();
  const [chelsea, coffee, rocket] = await Promise.all(['chelsea.jpg', 'coffee.jpg', 'rocket.jpg'].map(photo));
  web = await startWeb({
    '/chelsea.jpg': chelsea ?? Buffer.alloc(0),
    '/coffee.jpg': coffee ?? Buffer.alloc(0),
    '/rocket.jpg': rocket ?? Buffer.alloc(0),
  });
  darkroom = await startStack({ env: gate.env, ownPictures: true });
});

afterAll(async () => {
  await darkroom.dispose();
  await gate.dispose();
  await web.close();
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const urlAsset = (name: string) => ({ source: { url: `${web.url}/${name}` } });

describe('a photograph, from URL to file', () => {
  test('is resized, upright and in the requested format, and a callback is sent', async () => {
    const job = await darkroom.submit({
      operation: 'image.transform',
      params: { width: 200, format: 'webp' },
      assets: [urlAsset('chelsea.jpg'), { ...urlAsset('coffee.jpg'), name: 'cup of coffee.jpg' }],
      callback: { url: `${web.url}/hook`, token: 'a-token-of-the-client' },
      labels: { album: 'holiday' },
    });
    expect(job).toMatchObject({
      state: 'created',
      tenant: 'public',
      dialect: 'native',
      labels: { album: 'holiday' },
    });
    expect(job.links['self']).toBe(`/v1/jobs/${job.id}`);

    const done = await darkroom.until(job.id, 'completed', 'failed');
    expect(done).toMatchObject({
      state: 'completed',
      progress: 100,
      stage: null,
      error: null,
      run: 1,
      assets: { total: 2, downloaded: 2, failed: 0 },
      result: { kind: 'files', files: 2 },
    });
    expect(Date.parse(done.started_at ?? '')).toBeLessThanOrEqual(Date.parse(done.completed_at ?? ''));

    const result = (await (await darkroom.request(done.links['result'] ?? '')).json()) as {
      files: { path: string; size: number; sha256: string; media_type: string; asset: number }[];
      assets: unknown[];
      engine: Record<string, string>;
    };
    expect(result.files.map(({ path, media_type, asset }) => [path, media_type, asset])).toEqual([
      ['chelsea.webp', 'image/webp', 0],
      ['cup of coffee.webp', 'image/webp', 1],
    ]);
    expect(result.assets).toMatchObject([
      { index: 0, name: 'chelsea.jpg', status: 'ok', sha256: sha256(await photo('chelsea.jpg')) },
      { index: 1, name: 'cup of coffee.jpg', status: 'ok' },
    ]);
    expect(JSON.stringify(result)).not.toContain('"key"');

    for (const file of result.files) {
      const response = await darkroom.request(`/v1/jobs/${job.id}/files/${encodeURIComponent(file.path)}`);
      expect(response.headers.get('content-type')).toBe('image/webp');
      expect(response.headers.get('etag')).toBe(`"${file.sha256}"`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect([bytes.length, sha256(bytes)]).toEqual([file.size, file.sha256]);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 200 });
    }
    // The cat is stored lying on its side; upright it is wider than high.
    const cat = await darkroom.request(`/v1/jobs/${job.id}/files/chelsea.webp`);
    expect((await sharp(Buffer.from(await cat.arrayBuffer())).metadata()).height).toBe(133);

    await expect.poll(() => web.received.filter(({ path }) => path === '/hook').length).toBe(1);
    const call = web.received.find(({ path }) => path === '/hook');
    const keys = await loadKeyring([], darkroom.dataDir);
    const verified = new Webhook(keys.webhookSecrets('public')[0]).verify(
      call?.body ?? '',
      call?.headers as Record<string, string>,
    );
    expect(verified).toMatchObject({ type: 'job.completed', data: { id: job.id, state: 'completed' } });
    expect(call?.headers.authorization).toBe('Bearer a-token-of-the-client');
    const { links } = (verified as { data: { links: Record<string, string> } }).data;
    expect((await fetch(links['result'] ?? '')).status).toBe(200);
  });

  test('path inputs come from the input directory, and are not copied', async () => {
    await mkdir(join(darkroom.dataDir, 'inputs', 'set'), { recursive: true });
    await cp(
      new URL('../../../examples/photos/rocket.jpg', import.meta.url),
      join(darkroom.dataDir, 'inputs/set/rocket.jpg'),
    );
    const { id } = await darkroom.submit({
      operation: 'image.transform',
      params: { height: 100 },
      assets: [{ source: { path: 'set/rocket.jpg' } }],
    });
    expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
    const record = await readFile(
      join(darkroom.dataDir, `store/public/jobs/${id}/inputs/00000.json`),
      'utf8',
    );
    expect(JSON.parse(record).records[0].location).toHaveProperty('path');
  });

  test('without assets and callback, no download and no notify run', async () => {
    const { id } = await darkroom.submit({ operation: 'system.echo', params: { hello: ['world', 1] } });
    await darkroom.until(id, 'completed');
    const result = await (await darkroom.request(`/v1/jobs/${id}/result`)).json();
    expect(result).toMatchObject({
      kind: 'json',
      data: { hello: ['world', 1] },
      files: [{ path: 'result.json' }],
    });
  });
});

describe('GET', () => {
  test('files: ranges, conditions, HEAD', async () => {
    const { id } = await darkroom.submit({ operation: 'system.echo', params: { text: 'x'.repeat(1000) } });
    await darkroom.until(id, 'completed');
    const path = `/v1/jobs/${id}/files/result.json`;
    const whole = await (await darkroom.request(path)).text();
    const etag = `"${sha256(Buffer.from(whole))}"`;
    const part = (range: string, more = {}) => darkroom.request(path, { headers: { range, ...more } });

    const middle = await part('bytes=5-14');
    expect([middle.status, await middle.text()]).toEqual([206, whole.slice(5, 15)]);
    expect(middle.headers.get('content-range')).toBe(`bytes 5-14/${whole.length}`);
    expect(await (await part('bytes=-7')).text()).toBe(whole.slice(-7));
    expect(await (await part(`bytes=${whole.length - 3}-`)).text()).toBe(whole.slice(-3));
    const beyond = await part(`bytes=${whole.length}-`);
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`]);
    expect((await part('bytes=0-3', { 'if-range': '"other"' })).status).toBe(200);
    expect((await part('bytes=0-3', { 'if-range': etag })).status).toBe(206);
    expect((await darkroom.request(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const head = await darkroom.request(path, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(whole.length),
      '',
    ]);
  });

  test('a job: ETag and Retry-After', async () => {
    await gate.shut();
    const { id } = await darkroom.submit({ operation: HELD });
    const first = await darkroom.request(`/v1/jobs/${id}`);
    expect(first.headers.get('retry-after')).toBe('1');
    await gate.open();
    await darkroom.until(id, 'completed');
    const last = await darkroom.request(`/v1/jobs/${id}`);
    expect(last.headers.get('retry-after')).toBeNull();
    const again = await darkroom.request(`/v1/jobs/${id}`, {
      headers: { 'if-none-match': last.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test('a running job shows state and progress', async () => {
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { delay_ms: 600_000, steps: 1000 },
    });
    await darkroom.until(id, 'processing');
    const seen: number[] = [];
    const look = async () => {
      seen.push((await darkroom.get(id)).progress);
      return new Set(seen).size;
    };
    await expect.poll(look, { interval: 150 }).toBeGreaterThan(3);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const listed = async () => {
      const { jobs } = (await (await darkroom.request('/v1/jobs?state=processing')).json()) as {
        jobs: { id: string }[];
      };
      return jobs.map((job) => job.id);
    };
    await expect.poll(listed).toContain(id);
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
  });

  test('lists have filters and pages, latest end first', async () => {
    const since = new Date().toISOString();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { id } = await darkroom.submit({ operation: 'system.echo', params: { i } });
      await darkroom.until(id, 'completed');
      ids.push(id);
    }
    const collect = async () => {
      const found: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = `state=completed&operation=system.echo&since=${since}&limit=2${cursor ? `&cursor=${cursor}` : ''}`;
        const page = (await (await darkroom.request(`/v1/jobs?${query}`)).json()) as {
          jobs: { id: string }[];
          next_cursor: string | null;
        };
        expect(page.jobs.length).toBeLessThanOrEqual(2);
        found.push(...page.jobs.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      return found;
    };
    await expect.poll(collect).toEqual([...ids].reverse());
    const none = await darkroom.request(`/v1/jobs?state=failed&since=${since}&operation=system.echo`);
    expect(((await none.json()) as { jobs: unknown[] }).jobs).toEqual([]);
  });

  test('a repeated request returns its job, and another request with the same id is rejected', async () => {
    const spec = { id: 'once-only', operation: 'system.echo', params: { a: 1, b: { c: 2, d: 3 } } };
    const first = await darkroom.submit(spec);
    await darkroom.until('once-only', 'completed');
    const second = await darkroom.submit({
      ...spec,
      params: { b: { d: 3, c: 2 }, a: 1 },
      labels: { retry: 'yes' },
    });
    expect(second).toMatchObject({ id: 'once-only', created_at: first.created_at });
    await expect(darkroom.submit({ ...spec, params: { a: 2 } })).rejects.toThrow(/409.*job_id_in_use/);
  });
});

describe('control', () => {
  /** Until Temporal has it that the stage is done. */
  async function letTheStageEnd(id: string): Promise<void> {
    await gate.open();
    const temporal = await temporalOf(darkroom);
    try {
      await expect
        .poll(async () => (await completedActivities(temporal, id)).map(({ step }) => step))
        .toEqual(['runStage']);
    } finally {
      await temporal.connection.close();
    }
  }

  test('cancel stops the work and ends the job', async () => {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: LONG_MS } });
    await darkroom.until(id, 'processing');
    const asked = Date.now();
    expect((await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' })).status).toBe(202);
    const job = await darkroom.until(id, 'cancelled');
    expect(job.error).toMatchObject({ code: 'cancelled' });
    expect(Date.parse(job.completed_at ?? '') - asked).toBeLessThan(LONG_MS / 2);
    const again = await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([409, 'job_not_active']);
    expect((await darkroom.request(`/v1/jobs/${id}/result`)).status).toBe(409);
  });

  test('cancel stops an encoding that takes minutes, with its process', async () => {
    const noise = { width: 6000, height: 6000, channels: 3 as const, background: '#888' };
    const big = await sharp({ create: { ...noise, noise: { type: 'gaussian', mean: 128, sigma: 60 } } })
      .jpeg()
      .toBuffer();
    await writeFile(join(darkroom.dataDir, 'inputs', 'big.jpg'), big);
    const spec = {
      operation: 'image.transform',
      params: { format: 'avif' },
      assets: [{ source: { path: 'big.jpg' } }],
    };
    const { id } = await darkroom.submit(spec);
    // A picture process has a directory of its own, with the picture that it reads.
    const isBusy = /pictures\/\d+\/in\/0$/;
    const busy = async () =>
      (await readdir(join(darkroom.dataDir, 'work'), { recursive: true })).filter((path) =>
        isBusy.test(path),
      );
    await expect.poll(async () => (await busy()).length).toBe(1);
    const [directory = ''] = (await busy()).map((path) => path.replace(/\/in\/0$/, ''));
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    const job = await darkroom.until(id, 'cancelled', 'failed', 'completed');
    expect(job.state).toBe('cancelled');
    expect(await busy()).toEqual([]);
    expect((await processes()).filter(({ command }) => command.includes(directory))).toEqual([]);
  });

  test('pause holds a job before its next activity, and resume continues it', async () => {
    await gate.shut();
    const { id } = await darkroom.submit({ operation: HELD });
    await darkroom.until(id, 'processing');
    await darkroom.request(`/v1/jobs/${id}/pause`, { method: 'POST' });
    await expect.poll(async () => (await darkroom.get(id)).paused).toBe(true);
    await letTheStageEnd(id);
    await sleep(1000);
    expect(await darkroom.get(id)).toMatchObject({ paused: true, completed_at: null });
    await darkroom.request(`/v1/jobs/${id}/resume`, { method: 'POST' });
    expect(await darkroom.until(id, 'completed')).toMatchObject({ paused: false });
  });

  test('a paused job can be cancelled', async () => {
    await gate.shut();
    const { id } = await darkroom.submit({ operation: HELD });
    await darkroom.until(id, 'processing');
    await darkroom.request(`/v1/jobs/${id}/pause`, { method: 'POST' });
    await letTheStageEnd(id);
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    await darkroom.until(id, 'cancelled');
  });

  test('delete removes a running job, and its id stays taken', async () => {
    const id = 'to-be-deleted';
    await darkroom.submit({ id, operation: 'test.echo', params: { delay_ms: 600_000 } });
    await darkroom.until(id, 'processing');
    expect((await darkroom.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await darkroom.request(`/v1/jobs/${id}`)).status).toBe(404);
    await expect(readFile(join(darkroom.dataDir, `store/public/jobs/${id}/job.json`))).rejects.toThrow(
      /ENOENT/,
    );
    await expect(darkroom.submit({ id, operation: 'system.echo' })).rejects.toThrow(/409.*job_id_deleted/);
    expect((await darkroom.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(404);
  });
});
