/** What describes the API: OpenAPI, the docs page, the catalogue, health and metrics. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/server.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom.dispose());

const json = async (path: string) => (await darkroom.request(path)).json();

test('the OpenAPI document is valid 3.1, and names every route of the native API', async () => {
  const document = (await json('/openapi.json')) as {
    openapi: string;
    paths: Record<string, Record<string, unknown>>;
  };
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(document.openapi).toBe('3.1.0');
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual(
    [
      'DELETE /v1/jobs/{id}',
      'GET /v1/jobs',
      'GET /v1/jobs/{id}',
      'GET /v1/jobs/{id}/deliveries',
      'GET /v1/jobs/{id}/files',
      'GET /v1/jobs/{id}/files/{path}',
      'GET /v1/jobs/{id}/result',
      'GET /v1/operations',
      'GET /v1/operations/{name}',
      'POST /v1/jobs',
      'POST /v1/jobs/{id}/cancel',
      'POST /v1/jobs/{id}/pause',
      'POST /v1/jobs/{id}/resume',
    ].sort(),
  );
  expect(JSON.stringify(document)).not.toMatch(/"pattern":"[^"]*\/[a-z]+"/);
});

test('the docs page loads everything from this server', async () => {
  const page = await darkroom.request('/docs');
  const text = await page.text();
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
  expect(parts.length).toBeGreaterThan(3);
  for (const url of parts) {
    expect(url).toMatch(/^\/docs\//);
    expect((await darkroom.request(url)).status).toBe(200);
  }
});

test('the catalogue has JSON Schemas, and says what live workers can do', async () => {
  const { operations } = (await json('/v1/operations')) as {
    operations: { name: string; available: boolean; params: object }[];
  };
  expect(operations.map(({ name, available }) => [name, available])).toEqual([
    ['image.transform', true],
    ['system.echo', true],
    ['test.echo', true],
  ]);
  expect(await json('/v1/operations/image.transform')).toMatchObject({
    params: {
      type: 'object',
      additionalProperties: false,
      properties: { width: { type: 'integer', minimum: 1 } },
    },
    capabilities: ['cpu'],
  });
});

test('health and metrics', async () => {
  expect(await json('/healthz')).toEqual({ status: 'ok' });
  expect(await json('/readyz')).toEqual({ status: 'ready' });
  const { id } = await darkroom.submit({ operation: 'system.echo' });
  await darkroom.until(id, 'completed');
  const metrics = await (await darkroom.request('/metrics')).text();
  expect(metrics).toMatch(/^darkroom_jobs_submitted_total\{operation="system.echo",dialect="native"\} 1$/m);
  expect(metrics).toMatch(
    /http_server_request_duration_seconds_count\{.*http_route="\/v1\/jobs\/:id".*\} \d+/,
  );
  expect(metrics).not.toContain(id);
});
