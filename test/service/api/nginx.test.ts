/** Clients behind nginx with its default settings, which buffers responses and ends silent ones after 60 seconds. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEvents } from '../../support/event-stream.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { hasNginx, type Nginx, startNginx } from '../../support/nginx.ts';
import { noise } from '../../support/pictures.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

/** `proxy_read_timeout` of nginx, in seconds. */
const NGINX_READ_SECONDS = 60;

describe.skipIf(!hasNginx)('behind nginx', () => {
  let gate: Gate;
  let darkroom: Darkroom;
  let nginx: Nginx;
  beforeAll(async () => {
    gate = await makeGate();
    darkroom = await startStack({ env: gate.env });
    nginx = await startNginx(Number(new URL(darkroom.url).port));
  });
  afterAll(async () => {
    await nginx.close();
    await darkroom.dispose();
    await gate.dispose();
  });

  test('each event arrives when it happens', async () => {
    const { id } = await darkroom.submit({ operation: HELD });
    const stream = await openEvents(`${nginx.url}/v1/jobs/${id}/events`);
    const states = () => stream.events.flatMap(({ data }) => data.state ?? []);
    await expect.poll(states).toContain('processing');
    expect(states()).not.toContain('completed');
    await gate.open();
    await stream.ended;
    expect(states()).toContain('completed');
  });

  test('a wait ends before nginx would end it', async () => {
    const response = await fetch(`${nginx.url}/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=3600' },
      body: JSON.stringify({ operation: HELD }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ state: 'completed' });
    const applied = /^wait=(\d+)$/.exec(response.headers.get('preference-applied') ?? '')?.[1];
    expect(Number(applied)).toBeLessThan(NGINX_READ_SECONDS);
  });

  test('an archive that nginx has to buffer arrives whole', async () => {
    await writeFile(join(darkroom.dataDir, 'inputs', 'noise.png'), await noise(1600, 1200).png().toBuffer());
    const { id } = await darkroom.submit({
      operation: 'image.transform',
      params: { width: 1600, format: 'png' },
      assets: [{ source: { path: 'noise.png' } }],
    });
    await darkroom.until(id, 'completed');
    const read = async (base: string) =>
      Buffer.from(await (await fetch(`${base}/v1/jobs/${id}/archive`)).arrayBuffer());
    const direct = await read(darkroom.url);
    // More than the buffers of nginx in memory, 64 KiB, and of the sockets.
    expect(direct.length).toBeGreaterThan(4 * 2 ** 20);
    expect((await read(nginx.url)).equals(direct)).toBe(true);
  });
});
