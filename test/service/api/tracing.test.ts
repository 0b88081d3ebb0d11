/** One trace from the request through the workflow and its activities to the callback, as a collector receives it. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { loadTracing } from '../../../src/tracing/load-tracing.ts';
import type { Tracing } from '../../../src/tracing/tracing.ts';
import type { RunningDarkroom } from '../../support/darkroom.ts';
import { startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

/** The fields of opentelemetry.proto.collector.trace.v1 that the test reads. */
const { root } = protobuf.parse(`syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { repeated Span spans = 2; }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; }`);

interface Span {
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly name: string;
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

const log = createLog('warn', 'test');
const spans: Span[] = [];
let collector: Server;
let web: Web;
let tracing: Tracing | null = null;
let darkroom: RunningDarkroom;

beforeAll(async () => {
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/v1/traces') spans.push(...readSpans(await buffer(request)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  };
  collector = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const address = collector.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  web = await startWeb({ '/hook': (_request, response) => response.writeHead(204).end() });
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' };
  Object.assign(process.env, variables);
  tracing = await loadTracing('darkroom', log);
  for (const name of Object.keys(variables)) delete process.env[name];
  darkroom = await startStack({ tracing, env: { DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8' } });
});

afterAll(async () => {
  await darkroom?.stop();
  await web.close();
  collector.close();
});

function readSpans(body: Buffer): Span[] {
  const request = root.lookupType('Request').decode(body) as unknown as {
    resourceSpans: { scopeSpans: { spans: Record<string, Uint8Array>[] }[] }[];
  };
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
  return request.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ traceId, spanId, parentSpanId, name }) => ({
        trace: hex(traceId),
        id: hex(spanId),
        parent: hex(parentSpanId),
        name: String(name),
      })),
    ),
  );
}

test('a request, its workflow, activities and callback are one trace', async () => {
  const response = await darkroom.request('/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${CALLER}-01` },
    body: JSON.stringify({ operation: 'system.echo', callback: { url: `${web.url}/hook` } }),
  });
  expect(response.status).toBe(202);
  await expect.poll(() => web.received.length).toBe(1);
  // The span of the workflow is the last one that ends.
  const ours = () => spans.filter(({ trace }) => trace === TRACE);
  await expect.poll(() => ours().map(({ name }) => name)).toContain('RunWorkflow:processJob');
  const byName = new Map(ours().map((span) => [span.name, span]));
  const parentOf = (name: string) => {
    const parent = byName.get(name)?.parent;
    return [...byName.values()].find(({ id }) => id === parent)?.name ?? parent;
  };
  expect(parentOf('POST /v1/jobs')).toBe(CALLER);
  expect(parentOf('StartWorkflow:processJob')).toBe('POST /v1/jobs');
  expect(parentOf('RunWorkflow:processJob')).toBe('StartWorkflow:processJob');
  expect(parentOf('StartActivity:runStage')).toBe('RunWorkflow:processJob');
  expect(parentOf('RunActivity:runStage')).toBe('StartActivity:runStage');
  expect(parentOf('RunActivity:notify')).toBe('StartActivity:notify');
  expect(web.received[0]?.headers['traceparent']).toBe(
    `00-${TRACE}-${byName.get('RunActivity:notify')?.id}-01`,
  );
});

test('without an endpoint, tracing is off', async () => {
  expect(await loadTracing('darkroom', log, {})).toBeNull();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  expect(await loadTracing('darkroom', log, { ...env, OTEL_SDK_DISABLED: 'true' })).toBeNull();
  expect(await loadTracing('darkroom', log, { ...env, OTEL_TRACES_EXPORTER: 'none' })).toBeNull();
  await expect(loadTracing('darkroom', log, { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).rejects.toThrow(
    'OTEL_EXPORTER_OTLP_PROTOCOL="grpc": must be http/protobuf',
  );
});

test('only a module that is loaded on demand imports OpenTelemetry', () => {
  const sources = fileURLToPath(new URL('../../../src/', import.meta.url));
  const importing = (pattern: RegExp) =>
    readdirSync(sources, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts') && pattern.test(readFileSync(sources + name, 'utf8')));
  expect(importing(/from '(@opentelemetry\/|@temporalio\/interceptors)/)).toEqual([
    'tracing/open-telemetry.ts',
  ]);
  expect(importing(/from '.*open-telemetry/)).toEqual([]);
});
