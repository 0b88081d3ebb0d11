/** What describes the API: OpenAPI, the docs page, the catalogue, health and metrics. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as dialects from '../../../src/dialects/index.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack();
});
afterAll(() => darkroom.dispose());

const json = async (path: string) => (await darkroom.request(path)).json();

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}

interface Media {
  schema?: Schema;
}

interface Schema {
  [key: string]: unknown;
  type?: string | string[];
  examples?: unknown[];
  properties?: Record<string, Schema>;
}

interface Document {
  openapi: string;
  servers: unknown;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas?: Record<string, Schema> };
}

const { native: _, ...others } = dialects;
const documentPaths = ['/openapi.json', ...Object.values(others).map(({ name }) => `/openapi/${name}.json`)];

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );

/** Each schema in a document with its path. Examples are not looked into. */
function* schemasIn(value: unknown, path = ''): Generator<[string, Schema]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && ('type' in value || '$ref' in value)) yield [path, value as Schema];
  for (const [key, each] of Object.entries(value))
    if (!['example', 'examples'].includes(key)) yield* schemasIn(each, `${path}/${key}`);
}

test('the catalogue of APIs links each document', async () => {
  const response = await darkroom.request('/.well-known/api-catalog');
  expect(response.headers.get('content-type')).toMatch(/^application\/linkset\+json;/);
  const { linkset } = (await response.json()) as { linkset: { 'service-desc': { href: string }[] }[] };
  expect(linkset.flatMap((each) => each['service-desc'].map(({ href }) => href))).toEqual(documentPaths);
});

describe.each(documentPaths)('%s', (documentPath) => {
  let document: Document;
  beforeAll(async () => {
    document = (await json(documentPath)) as Document;
  });

  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect([errors ?? [], valid, document.openapi]).toEqual([[], true, '3.1.0']);
  });

  test('has each operation once, with a description', () => {
    const operations = operationsOf(document);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id) => !/^[a-z][A-Za-z0-9]*$/.test(id ?? ''))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations.filter(({ operation }) => !operation.summary || !operation.description)).toEqual([]);
  });

  test('has bytes with a media type, and a schema for each response with a body', () => {
    for (const { name, operation } of operationsOf(document))
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        expect([name, status, Object.keys(content).includes('*/*')]).toEqual([name, status, false]);
        for (const media of Object.values(content)) expect(media.schema).toBeDefined();
      }
  });

  test('has components that are not null, and optional fields without a default', () => {
    const nullable = Object.entries(document.components.schemas ?? {}).filter(([, { type }]) =>
      Array.isArray(type),
    );
    expect(nullable).toEqual([]);
    const withDefault = [...schemasIn(document)].filter(
      ([, { properties = {}, type }]) =>
        type === 'object' && Object.values(properties).some((each) => 'default' in each),
    );
    expect(withDefault.map(([path]) => path)).toEqual([]);
  });

  test('has examples that fit their schemas', () => {
    const $defs = JSON.parse(
      JSON.stringify(document.components.schemas ?? {}).replaceAll('#/components/schemas/', '#/$defs/'),
    ) as Record<string, object>;
    const schemas = [...schemasIn(document)].filter(([, { examples }]) => examples);
    for (const [path, { examples, ...schema }] of schemas) {
      const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/');
      const parser = z.fromJSONSchema({ ...(JSON.parse(text) as object), $defs } as never);
      for (const example of examples ?? [])
        expect([path, parser.safeParse(example).error]).toEqual([path, undefined]);
    }
  });
});

test('each component of the native API that a request or response consists of has an example', async () => {
  const document = (await json('/openapi.json')) as Document;
  const referred = operationsOf(document).flatMap(({ operation: { requestBody, responses } }) =>
    [requestBody, ...Object.values(responses)].flatMap((part) =>
      Object.values(part?.content ?? {}).map(({ schema }) =>
        String(schema?.['$ref'] ?? '')
          .split('/')
          .at(-1),
      ),
    ),
  );
  for (const name of new Set(referred.filter(Boolean)))
    expect([name, document.components.schemas?.[name ?? '']?.examples?.length]).toEqual([name, 1]);
});

test('the OpenAPI document of the native API names each of its routes', async () => {
  const document = (await json('/openapi.json')) as Document;
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual(
    [
      'DELETE /v1/credentials/{name}',
      'DELETE /v1/jobs/{id}',
      'DELETE /v1/session',
      'DELETE /v1/templates/{name}',
      'GET /v1/audit',
      'GET /v1/credentials',
      'GET /v1/credentials/{name}',
      'GET /v1/job-counts',
      'GET /v1/jobs',
      'GET /v1/jobs/{id}',
      'GET /v1/jobs/{id}/archive',
      'GET /v1/jobs/{id}/assets/{index}',
      'GET /v1/jobs/{id}/deliveries',
      'GET /v1/jobs/{id}/events',
      'GET /v1/jobs/{id}/files',
      'GET /v1/jobs/{id}/files/{path}',
      'GET /v1/jobs/{id}/log',
      'GET /v1/jobs/{id}/request',
      'GET /v1/jobs/{id}/result',
      'GET /v1/links/{tenant}/{id}/{path}',
      'GET /v1/operations',
      'GET /v1/operations/{name}',
      'GET /v1/pages/{tenant}/{id}/{expires}/{signature}/{path}',
      'GET /v1/session',
      'GET /v1/templates',
      'GET /v1/templates/{name}',
      'GET /v1/templates/{name}/versions',
      'GET /v1/usage',
      'POST /v1/credentials',
      'POST /v1/jobs',
      'POST /v1/jobs/{id}/assets',
      'POST /v1/jobs/{id}/cancel',
      'POST /v1/jobs/{id}/deliveries/{delivery}/redeliver',
      'POST /v1/jobs/{id}/links',
      'POST /v1/jobs/{id}/pause',
      'POST /v1/jobs/{id}/rerun',
      'POST /v1/jobs/{id}/resume',
      'POST /v1/plans',
      'POST /v1/session',
      'PUT /v1/credentials/{name}',
      'PUT /v1/templates/{name}',
    ].sort(),
  );
  expect(JSON.stringify(document)).not.toMatch(/"pattern":"[^"]*\/[a-z]+"/);
});

test('forms, headers, queries and streams are described', async () => {
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
  expect(parametersOf(rerun)).toEqual(['path id', 'query assets', 'query dry_run', 'query from', 'query reason']);
  const { get: events } = paths['/v1/jobs/{id}/events'] ?? {};
  expect(parametersOf(events)).toEqual(['header last-event-id', 'path id']);
  expect(Object.keys(events?.responses['200']?.content ?? {})).toEqual(['text/event-stream']);
  const [stream] = Object.values(events?.responses['200']?.content ?? {}) as {
    schema: { contentSchema: object };
  }[];
  expect(stream?.schema.contentSchema).toEqual({
    oneOf: ['StateEvent', 'ProgressEvent', 'Job'].map((name) => ({ $ref: `#/components/schemas/${name}` })),
  });
  const { get: archive } = paths['/v1/jobs/{id}/archive'] ?? {};
  expect(Object.keys(archive?.responses['200']?.content ?? {})).toEqual(['application/zip']);
});

test('requests are described completely: required bodies, media types, limits', async () => {
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

test('the catalogue has JSON Schemas, and shows what online workers can run', async () => {
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

test('health and metrics are described', async () => {
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
