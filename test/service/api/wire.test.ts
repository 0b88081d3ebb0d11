/** Requests that no HTTP library sends, written by hand: each gets a response that names the problem. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Darkroom, startStack } from '../../support/stack.ts';

const MiB = 2 ** 20;

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack({ env: { DARKROOM_MAX_BODY_BYTES: '256K' } });
});
afterAll(() => darkroom.dispose());

const open = async () => {
  const { hostname, port } = new URL(darkroom.url);
  // Goes on sending when the server has said its last, as clients do that do not listen meanwhile.
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
};

const head = (line: string, headers: Record<string, string | number>): string =>
  `${line}\r\n${Object.entries({ host: 'localhost', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

const JSON_TYPE = { 'content-type': 'application/json' };

const post = async (path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
  const response = await darkroom.request(path, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
};

describe('JSON that is too large', () => {
  test.each<[string, Record<string, string | number>, string]>([
    ['and says so', { 'content-length': 32 * MiB }, ''],
    ['and comes in chunks', { 'transfer-encoding': 'chunked' }, `${(32 * MiB).toString(16)}\r\n`],
  ])('%s is read on, so that a client which first sends all hears of it', async (_, headers, start) => {
    const socket = await open();
    // Not as a whole: who reads that lets the connection go with its end.
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const request = head('POST /v1/jobs HTTP/1.1', { ...JSON_TYPE, ...headers }) + start;
    // In one write, so that a part of the body is there with the head; and far more than the connection's buffers hold.
    const bytes = Buffer.concat([Buffer.from(request), Buffer.alloc(32 * MiB, 0x20)]);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    // A server that does not read on leaves the write above waiting until the test times out.
    socket.end(start === '' ? '' : '\r\n0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*\r\nconnection: close\r\n[\s\S]*"payload_too_large"/i);
  });
});

describe('JSON that is truncated', () => {
  test.each<[string, Record<string, string | number>, string]>([
    ['of a known length', { 'content-length': 1000 }, '{"operation":'],
    ['in chunks', { 'transfer-encoding': 'chunked' }, 'd\r\n{"operation":\r\n'],
  ])('%s is no failure of the server', async (_, headers, start) => {
    const answered = async () => {
      const metrics = await (await darkroom.request('/metrics')).text();
      const count = (status: number) =>
        Number(
          new RegExp(`^http_requests_total\\{[^}]*method="POST",status="${status}"\\} (\\d+)$`, 'm').exec(
            metrics,
          )?.[1] ?? 0,
        );
      return { refused: count(400), failed: count(500) };
    };
    const before = await answered();
    const socket = await open();
    socket.write(head('POST /v1/jobs HTTP/1.1', { ...JSON_TYPE, ...headers }) + start);
    // It must have arrived before the end of it does.
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    await expect.poll(answered).toEqual({ refused: before.refused + 1, failed: before.failed });
    expect(darkroom.output()).not.toContain('unforeseen');
  });
});

describe('a body with a wrong charset or encoding', () => {
  const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

  test.each([
    ['/v1/jobs', '{"operation":"system.echo","labels":{"city":"Köln"}}'],
    ['/api/v1/task', '{"operation":"Köln"}'],
    ['/api/v1/jobs', '{"operation":"Köln"}'],
    ['/api/reconstruct', '{"image_set_path":"Köln"}'],
    ['/job-submission', '{"image_url":"https://images.example.com/Köln.jpg"}'],
  ])('%s rejects JSON that is not UTF-8', async (path, body) => {
    const answer = await post(path, latin1(body));
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('not UTF-8') });
  });

  test('a byte order mark is accepted', async () => {
    const body = new TextEncoder().encode('\ufeff{"operation":"system.echo"}');
    expect(await post('/v1/jobs', body)).toMatchObject({ status: 202 });
  });

  test.each([
    ['/v1/jobs', 415],
    ['/v1/jobs/none/assets', 415],
    // The contract of image-web: every rejected submission is a failed job, with status 500.
    ['/jobs', 500],
  ])('%s rejects a compressed form with %i', async (path, status) => {
    const form = '--x\r\ncontent-disposition: form-data; name="job"\r\n\r\n{}\r\n--x--\r\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-encoding': 'gzip' };
    expect(await post(path, new Uint8Array(gzipSync(form)), headers)).toMatchObject({
      status,
      text: expect.stringContaining('without gzip'),
    });
  });

  test('`identity` is accepted in any spelling', async () => {
    const body = new TextEncoder().encode('{"operation":"system.echo"}');
    expect(await post('/v1/jobs', body, { 'content-encoding': 'Identity' })).toMatchObject({ status: 202 });
  });
});

describe('a compressed body', () => {
  const text = JSON.stringify({ operation: 'system.echo', params: { message: 'x'.repeat(2000) } });
  const send = (body: Uint8Array<ArrayBuffer>, encoding: string, path = '/v1/jobs') =>
    post(path, new Uint8Array(body), { 'content-encoding': encoding });

  test.each<[string, (bytes: string) => Uint8Array<ArrayBuffer>]>([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP, identity', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('of %s is decompressed', async (encoding, compress) => {
    expect(await send(compress(text), encoding)).toMatchObject({ status: 202 });
  });

  test('is decompressed for each dialect', async () => {
    const document = JSON.stringify({ operation: 'nothing of the kind' });
    for (const path of ['/api/v1/task', '/api/v1/jobs', '/api/reconstruct', '/job-submission'])
      expect(await send(gzipSync(document), 'gzip', path)).toEqual(
        await post(path, new TextEncoder().encode(document)),
      );
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('of %s is limited by its decompressed size', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(300 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(1000);
    const answer = await send(new Uint8Array(bomb), encoding);
    expect(answer).toMatchObject({ status: 413, text: expect.stringContaining('DARKROOM_MAX_BODY_BYTES') });
  });

  test('that is damaged is 400', async () => {
    for (const body of [gzipSync(text).subarray(0, 30), Buffer.from('{}')])
      expect(await send(new Uint8Array(body), 'gzip')).toMatchObject({ status: 400 });
  });

  test.each(['zstd', 'gzip, br'])('of %s is 415, with what is accepted', async (encoding) => {
    const response = await darkroom.request('/v1/jobs', {
      method: 'POST',
      headers: { ...JSON_TYPE, 'content-encoding': encoding },
      body: '{}',
    });
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br']);
  });
});

describe('responses', () => {
  const encodingOf = async (path: string) => {
    const response = await darkroom.request(path, { headers: { 'accept-encoding': 'gzip' } });
    const bytes = await response.arrayBuffer();
    expect(response.status).toBe(200);
    return { encoding: response.headers.get('content-encoding'), bytes: bytes.byteLength };
  };

  test('of JSON and text are compressed', async () => {
    for (const path of ['/openapi.json', '/v1/operations', '/docs/swagger-ui.css'])
      expect(await encodingOf(path)).toMatchObject({ encoding: 'gzip' });
  });

  test('of few bytes, events, pictures and archives are not', async () => {
    await darkroom.submit({ id: 'plain', operation: 'system.echo', params: { message: 'x'.repeat(5000) } });
    await darkroom.until('plain', 'completed');
    const paths = ['/healthz', '/v1/jobs/plain/events', '/v1/jobs/plain/archive', '/docs/favicon-32x32.png'];
    for (const path of paths) expect(await encodingOf(path)).toMatchObject({ encoding: null });
  });

  test('permit other origins only if DARKROOM_CORS_ORIGINS lists them', async () => {
    const response = await darkroom.request('/healthz', { headers: { origin: 'http://localhost:3000' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test.each<[string, Record<string, string>]>([
  ['', {}],
  [' that waits for the end', { prefer: 'wait=20' }],
])('a client that closes its side after the submission%s gets the response', async (_, headers) => {
  const body = '{"operation":"test.echo","params":{"delay_ms":300}}';
  const socket = await open();
  socket.end(
    head('POST /v1/jobs HTTP/1.1', {
      ...JSON_TYPE,
      ...headers,
      'content-length': body.length,
      connection: 'close',
    }) + body,
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 20[02] [\s\S]*"operation":"test\.echo"/);
});

test('a client that closes its side of the connection gets all events', async () => {
  await darkroom.submit({ id: 'half-closed', operation: 'test.echo', params: { delay_ms: 1500 } });
  const socket = await open();
  socket.end(head('GET /v1/jobs/half-closed/events HTTP/1.1', { connection: 'close' }));
  expect(await text(socket)).toMatch(/event: end\n/);
});

test.each(['cancel', 'pause', 'resume', 'rerun'])(
  'an empty body of type JSON counts as no body for %s',
  async (action) => {
    const id = `empty-${action}`;
    const rerun = action === 'rerun';
    await darkroom.submit({ id, operation: 'test.echo', ...(rerun ? {} : { await_assets: {} }) });
    await darkroom.until(id, rerun ? 'completed' : 'waiting');
    const answer = await post(`/v1/jobs/${id}/${action}`, new Uint8Array());
    expect(answer).toMatchObject({ status: 202 });
    if (!rerun) await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
  },
);

test('the query `_` is ignored, another unknown one is rejected', async () => {
  for (const path of ['/v1/jobs', '/v1/usage']) {
    expect((await darkroom.request(`${path}?_=1764500000000`)).status).toBe(200);
    const response = await darkroom.request(`${path}?odd=1`);
    expect(await response.json()).toMatchObject({ status: 422, errors: [{ pointer: '/odd' }] });
  }
});

test('null for optional fields and parameters is accepted, and is the same request', async () => {
  const submit = async (spec: object) =>
    (
      await post(
        '/v1/jobs',
        new TextEncoder().encode(JSON.stringify({ id: 'nulls', operation: 'test.echo', ...spec })),
      )
    ).status;
  expect(await submit({ params: { delay_ms: null }, assets: null, labels: null, callback: null })).toBe(202);
  expect(await submit({})).toBe(202);
});

test('a number that JavaScript cannot represent is rejected with a pointer', async () => {
  const body = '{"operation":"system.echo","params":{"seed":9007199254740993}}';
  const { status, text } = await post('/v1/jobs', new TextEncoder().encode(body));
  expect(JSON.parse(text)).toMatchObject({ status: 422, errors: [{ pointer: '/params/seed' }] });
  expect(status).toBe(422);
});

test('a probe in HTTP/1.0 need not name a host', async () => {
  const socket = await open();
  socket.write('GET /healthz HTTP/1.0\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"status":"ok"\}$/);
});
