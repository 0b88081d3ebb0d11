/** What describes the API: OpenAPI, the docs page, the catalogue, health and metrics. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack();
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
  expect(routes.filter((route) => route.includes(' /v1/')).sort()).toEqual(
    [
      'DELETE /v1/jobs/{id}',
      'GET /v1/jobs',
      'GET /v1/jobs/{id}',
      'GET /v1/jobs/{id}/archive',
      'GET /v1/jobs/{id}/deliveries',
      'GET /v1/jobs/{id}/events',
      'GET /v1/jobs/{id}/files',
      'GET /v1/jobs/{id}/files/{path}',
      'GET /v1/jobs/{id}/request',
      'GET /v1/jobs/{id}/result',
      'GET /v1/operations',
      'GET /v1/operations/{name}',
      'GET /v1/usage',
      'POST /v1/jobs',
      'POST /v1/jobs/{id}/assets',
      'POST /v1/jobs/{id}/cancel',
      'POST /v1/jobs/{id}/deliveries/{delivery}/redeliver',
      'POST /v1/jobs/{id}/pause',
      'POST /v1/jobs/{id}/rerun',
      'POST /v1/jobs/{id}/resume',
    ].sort(),
  );
  expect(JSON.stringify(document)).not.toMatch(/"pattern":"[^"]*\/[a-z]+"/);
});

test('what is not plain JSON is described, too: forms, headers, queries, streams', async () => {
  const { paths } = (await json('/openapi.json')) as {
    paths: Record<string, Record<string, Route>>;
  };
  interface Route {
    parameters?: { in: string; name: string; schema: object }[];
    requestBody?: { content: Record<string, { schema: { properties?: Record<string, object> } }> };
    responses: Record<string, { content?: object; headers?: object }>;
  }
  const parametersOf = (route: Route | undefined) =>
    (route?.parameters ?? []).map(({ in: place, name }) => `${place} ${name}`).sort();
  const bodiesOf = (route: Route | undefined) =>
    Object.entries(route?.requestBody?.content ?? {}).map(([type, { schema }]) => [
      type,
      Object.keys(schema.properties ?? {}),
    ]);
  const { post: submit } = paths['/v1/jobs'] ?? {};
  expect(parametersOf(submit)).toEqual(['header idempotency-key', 'header prefer']);
  expect(bodiesOf(submit)).toEqual([
    ['application/json', []],
    ['multipart/form-data', ['job', 'file']],
  ]);
  expect(Object.keys(submit?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '202', '400', '408', '409', '413', '415', '422', '503', '507']),
  );
  const { post: more } = paths['/v1/jobs/{id}/assets'] ?? {};
  expect(parametersOf(more)).toEqual(['header idempotency-key', 'path id']);
  expect(bodiesOf(more)).toContainEqual(['multipart/form-data', ['assets', 'file']]);
  const { post: rerun } = paths['/v1/jobs/{id}/rerun'] ?? {};
  expect(parametersOf(rerun)).toEqual(['path id', 'query assets', 'query from']);
  const { get: events } = paths['/v1/jobs/{id}/events'] ?? {};
  expect(parametersOf(events)).toEqual(['header last-event-id', 'path id']);
  expect(Object.keys(events?.responses['200']?.content ?? {})).toEqual(['text/event-stream']);
  const { get: archive } = paths['/v1/jobs/{id}/archive'] ?? {};
  expect(Object.keys(archive?.responses['200']?.content ?? {})).toEqual(['application/zip']);
});

test('what can be said of requests besides their fields is said', async () => {
  const { components } = (await json('/openapi.json')) as {
    components: { schemas: Record<string, { properties: Record<string, object> }> };
  };
  expect(components.schemas['Source']).toMatchObject({ minProperties: 1, maxProperties: 1 });
  expect(components.schemas['JobSpec']?.properties['labels']).toMatchObject({
    maxProperties: 20,
    propertyNames: { pattern: expect.stringMatching(/^\^\[/) },
  });
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
  const available = Object.fromEntries(operations.map(({ name, available }) => [name, available]));
  expect(available).toMatchObject({ 'image.transform': true, 'system.echo': true, 'test.echo': true });
  for (const { params } of operations) expect(params).toMatchObject({ type: 'object' });
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
