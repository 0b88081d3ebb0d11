/** A server that clients reach below a path of a gateway, and from web pages of another origin. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

const ORIGIN = 'https://app.example';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack({
    env: {
      DARKROOM_PUBLIC_URL: 'http://gateway.example/tools/darkroom/',
      DARKROOM_CORS_ORIGINS: `${ORIGIN}, http://b.example`,
    },
  });
});
afterAll(() => darkroom.dispose());

const json = { method: 'POST', headers: { 'content-type': 'application/json' } };

describe('the path of DARKROOM_PUBLIC_URL', () => {
  test.each(['', '/tools/darkroom'])(
    'is in Location and links, and requests below "%s" find the job',
    async (prefix) => {
      const body = JSON.stringify({ operation: 'system.echo' });
      const response = await darkroom.request(`${prefix}/v1/jobs`, { ...json, body });
      const job = (await response.json()) as { id: string; links: Record<string, string> };
      const self = `/tools/darkroom/v1/jobs/${job.id}`;
      expect([response.status, response.headers.get('location'), job.links]).toEqual([202, self, { self }]);
      await darkroom.until(job.id, 'completed');
      const ended = (await (await darkroom.request(self)).json()) as typeof job;
      expect(ended.links).toEqual({ self, result: `${self}/result`, files: `${self}/files` });
      for (const link of Object.values(ended.links)) expect((await darkroom.request(link)).status).toBe(200);
      const list = (await (await darkroom.request('/v1/jobs')).json()) as { jobs: (typeof job)[] };
      expect(list.jobs.find(({ id }) => id === job.id)?.links).toEqual(ended.links);
      const events = await (await darkroom.request(`${self}/events`)).text();
      expect(events).toContain(`"self":"${self}"`);
    },
  );

  test('is in the Location of other dialects', async () => {
    const form = new FormData();
    form.append('width', '40');
    form.append('image', new Blob([new Uint8Array(await photo('coffee.jpg'))]), 'coffee.jpg');
    const response = await darkroom.request('/jobs', { method: 'POST', body: form });
    const location = response.headers.get('location') ?? '';
    expect(location).toMatch(/^\/tools\/darkroom\/jobs\//);
    expect((await darkroom.request(location)).status).toBeLessThan(300);
    const { job_id, location: inBody } = (await response.json()) as { job_id: string; location: string };
    expect(inBody).toBe(location);
    await darkroom.until(job_id, 'completed');
    const look = await darkroom.request(location);
    const output = `${location}/output`;
    expect([look.headers.get('location'), await look.json()]).toEqual([
      output,
      expect.objectContaining({ location: output, output }),
    ]);
    expect((await darkroom.request(output)).status).toBe(200);
  });

  test('is the server of the OpenAPI document, and the base of the docs page', async () => {
    const document = (await (await darkroom.request('/openapi.json')).json()) as { servers: unknown };
    expect(document.servers).toEqual([{ url: '/tools/darkroom' }]);
    for (const path of ['/docs', '/tools/darkroom/docs/']) {
      const page = await (await darkroom.request(path)).text();
      const parts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part ?? '');
      expect(parts).toHaveLength(5);
      for (const part of parts) expect([part, (await darkroom.request(part)).status]).toEqual([part, 200]);
    }
  });

  test('serves the console, whose assets have relative addresses', async () => {
    const response = await darkroom.request('/tools/darkroom');
    expect([new URL(response.url).pathname, response.status]).toEqual(['/tools/darkroom/', 200]);
    const [, part = ''] = /src="([^"]+\/main\.js)"/.exec(await response.text()) ?? [];
    expect((await darkroom.request(new URL(part, response.url).pathname)).status).toBe(200);
  });
});

describe('web pages of another origin', () => {
  const preflight = (origin: string) =>
    darkroom.request('/v1/jobs', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, idempotency-key',
      },
    });

  test('in DARKROOM_CORS_ORIGINS may submit jobs', async () => {
    const { status, headers } = await preflight(ORIGIN);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('idempotency-key');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const body = JSON.stringify({ operation: 'system.echo' });
    const response = await darkroom.request('/v1/jobs', {
      ...json,
      headers: { ...json.headers, origin: ORIGIN },
      body,
    });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([202, ORIGIN]);
    expect(response.headers.get('access-control-expose-headers')).toContain('Location');
  });

  test('can read errors', async () => {
    const response = await darkroom.request('/v1/jobs/none', { headers: { origin: ORIGIN } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([404, ORIGIN]);
  });

  test('not in DARKROOM_CORS_ORIGINS may not', async () => {
    const { headers } = await preflight('https://other.example');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    const response = await darkroom.request('/v1/jobs', { headers: { origin: 'https://other.example' } });
    expect(response.status).toBe(403);
  });
});
