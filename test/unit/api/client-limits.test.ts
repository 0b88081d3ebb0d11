/** Limits of clients: whom a flood hits, what it is told, and what the limits cost others. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { contextStorage } from 'hono/context-storage';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { setClientAddress } from '../../../src/api/client-address.ts';
import type { ApiEnv } from '../../../src/api/context.ts';
import { readForm } from '../../../src/api/forms/multipart.ts';
import { limitAssets } from '../../../src/api/limits/asset-limits.ts';
import { toAddressSubject } from '../../../src/api/limits/caller.ts';
import { type ClientLimits, limitClients } from '../../../src/api/limits/client-limits.ts';
import { limitSettings } from '../../../src/api/limits/settings.ts';
import { problemResponse, publicError } from '../../../src/api/problems/problem.ts';
import { createHttpServer } from '../../../src/api/server/server.ts';
import { composeClientLimits, composeTenantJobs } from '../../../src/compose-limits.ts';
import { readConfig } from '../../../src/config/config.ts';
import { createLog } from '../../../src/log.ts';
import { networks } from '../../../src/net/network-rule.ts';
import { listening } from '../../support/form-server.ts';

afterEach(() => void vi.useRealTimers());

const PROXY = '10.0.0.1';
const MAX_JSON = 500;

interface Texts {
  readonly requests?: string;
  readonly submissions?: string;
  readonly assets?: string;
  readonly uploads?: string;
}

const parse = ({
  requests = 'none',
  submissions = 'none',
  assets = 'none',
  uploads = 'none',
}: Texts): ClientLimits =>
  ({
    assets: limitSettings.DARKROOM_ASSET_LIMITS.schema.parse(assets),
    requests: limitSettings.DARKROOM_REQUEST_LIMITS.schema.parse(requests),
    submissions: limitSettings.DARKROOM_SUBMISSION_LIMITS.schema.parse(submissions),
    uploads: limitSettings.DARKROOM_UPLOAD_LIMITS.schema.parse(uploads),
  }) as ClientLimits;

/** The middleware as the application uses it. The headers `tenant` and `key` stand for a login. */
function createTestApp(limits: ClientLimits, idleMs = 30_000): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const { first, authenticated } = limitClients(limits, ['/v1/jobs', '/v1/jobs/*/rerun'], MAX_JSON);
  app.use(contextStorage(), setClientAddress(networks.parse('10.0.0.0/8,127.0.0.1')), first);
  app.use(async (c, next) => {
    const { tenant = 'public', key = '' } = c.req.header();
    c.set('principal', { tenant, subject: key, role: 'submitter' });
    await next();
  });
  app.use(authenticated);
  app.post('/upload', async (c) => {
    const sizes = { fieldBytes: 1e6, fileBytes: 1e6, totalBytes: 1e6, files: 9, fields: 9, idleMs };
    await readForm(c.env, sizes, {
      fields: [],
      onField: () => {},
      onFile: async (_, body) => void body.resume(),
    });
    return c.text('stored');
  });
  app.post('/v1/json', async (c) => c.text(String((await c.req.text()).length)));
  const admitAssets = limitAssets(limits.assets);
  app.post('/assets/:count', async (c) => {
    await admitAssets(Number(c.req.param('count')));
    return c.text('taken');
  });
  app.all('*', (c) => c.text('ok'));
  app.onError((error, c) => problemResponse(c, publicError(error, createLog('silent', 'test'))));
  return app;
}

interface From {
  readonly tenant?: string;
  readonly key?: string;
  readonly address?: string;
  readonly path?: string;
  readonly method?: string;
}

const createRequest = (app: Hono<ApiEnv>) => {
  const env = { incoming: { socket: { remoteAddress: PROXY }, once: () => {}, off: () => {} } };
  return ({ tenant = 'acme', key = 'one', address = '192.0.2.1', path = '/x', method = 'GET' }: From = {}) =>
    app.request(path, { method, headers: { tenant, key, 'x-forwarded-for': address } }, env as never);
};

const statuses = async (count: number, ask: () => Promise<Response> | Response): Promise<number[]> => {
  const found: number[] = [];
  for (let n = 0; n < count; n++) found.push((await ask()).status);
  return found;
};

describe('a flood', () => {
  test.each([
    ['key', { key: 'two' }, { tenant: 'beta' }],
    ['tenant', { tenant: 'beta' }, { tenant: 'gamma', address: '192.0.2.9' }],
    ['address', { address: '192.0.2.2' }, { address: '2001:db8::1' }],
  ] as [keyof From & ('key' | 'tenant' | 'address'), From, From][])(
    'of one %s does not refuse another',
    async (scope, ...others) => {
      const ask = createRequest(createTestApp(parse({ requests: `${scope}=3/m` })));
      expect(await statuses(5, ask)).toEqual([200, 200, 200, 429, 429]);
      for (const other of others) expect((await ask(other)).status).toBe(200);
      // Whatever else differs, the subject is the same.
      const same = {
        key: { address: '192.0.2.7' },
        tenant: { key: 'two', address: '192.0.2.7' },
        address: { key: 'two', tenant: 'beta' },
      }[scope];
      expect((await ask(same)).status).toBe(429);
    },
  );

  test('of all clients together refuses all, but no probe', async () => {
    const ask = createRequest(createTestApp(parse({ requests: 'all=2/m' })));
    expect(await statuses(3, ask)).toEqual([200, 200, 429]);
    expect((await ask({ tenant: 'beta', address: '192.0.2.2' })).status).toBe(429);
    for (const path of ['/healthz', '/readyz']) expect((await ask({ path })).status).toBe(200);
  });

  test('of a tenant with a limit of its own leaves the limit of the others', async () => {
    const ask = createRequest(createTestApp(parse({ requests: 'tenant=1/m,tenant:acme=3/m' })));
    expect(await statuses(4, ask)).toEqual([200, 200, 200, 429]);
    expect(await statuses(2, () => ask({ tenant: 'beta' }))).toEqual([200, 429]);
  });

  test('that one limit refuses does not count in another', async () => {
    const ask = createRequest(createTestApp(parse({ requests: 'all=3/m,tenant=2/m,key=1/m' })));
    expect(await statuses(9, ask)).toEqual([200, ...Array.from({ length: 8 }, () => 429)]);
    expect((await ask({ key: 'two' })).status).toBe(200);
    expect(await statuses(9, () => ask({ key: 'two' }))).not.toContain(200);
    expect((await ask({ tenant: 'beta' })).status).toBe(200);
  });

  test('of submissions is refused before the body is read, and reading goes on', async () => {
    const ask = createRequest(createTestApp(parse({ submissions: 'tenant=2/m' })));
    for (const path of ['/v1/jobs', '/v1/jobs/x/rerun'])
      expect((await ask({ path, method: 'POST' })).status).toBe(200);
    const refused = await ask({ path: '/v1/jobs', method: 'POST' });
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      {
        code: 'rate_limited',
        details: { limit: 'tenant-submissions', setting: 'DARKROOM_SUBMISSION_LIMITS' },
      },
    ]);
    for (const from of [{ path: '/v1/jobs' }, { path: '/v1/jobs/x/cancel', method: 'POST' }])
      expect((await ask(from)).status).toBe(200);
  });
});

describe('assets', () => {
  const submit = (limits: Texts) => {
    const ask = createRequest(createTestApp(parse(limits)));
    return (count: number, from: From = {}) => ask({ ...from, path: `/assets/${count}`, method: 'POST' });
  };

  test.each([
    ['key', { tenant: 'beta' }, 'A key'],
    ['tenant', { tenant: 'beta' }, 'Tenant "acme"'],
    ['address', { address: '192.0.2.2' }, 'The address 192.0.2.1'],
    ['all', null, 'All clients together'],
  ] as const)('of one %s are limited, and a refusal has the figure', async (scope, other, who) => {
    const send = submit({ assets: `${scope}=10/m` });
    expect((await send(6)).status).toBe(200);
    const refused = await send(5);
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      {
        detail: expect.stringMatching(
          `^${who} may submit 10 assets in 60 seconds \\(DARKROOM_ASSET_LIMITS\\); try again in \\d+ seconds$`,
        ),
        details: { limit: `${scope}-assets`, max: 10, window_seconds: 60, setting: 'DARKROOM_ASSET_LIMITS' },
      },
    ]);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    // What was refused does not count.
    expect((await send(4)).status).toBe(200);
    if (other) expect((await send(10, other)).status).toBe(200);
  });

  test('of a request that has more than the limit are refused for good', async () => {
    const send = submit({ assets: 'tenant=10/m' });
    const refused = await send(11);
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
      413,
      null,
      {
        retryable: false,
        detail: expect.stringMatching(/may submit 10 assets .* has 11; send fewer at once$/),
      },
    ]);
    expect((await send(10)).status).toBe(200);
  });

  test('that one limit refuses count in no other', async () => {
    const send = submit({ requests: 'tenant=3/m', assets: 'tenant=10/m,key=2/m' });
    expect((await send(2)).status).toBe(200);
    for (let n = 0; n < 5; n++) expect((await send(2)).status).toBe(429);
    for (const key of ['two', 'three']) expect((await send(2, { key })).status).toBe(200);
  });
});

test('a /64 network of IPv6 counts as one address, an IPv4 address as itself', () => {
  expect(toAddressSubject('2001:db8:1:2::1')).toBe(toAddressSubject('2001:db8:1:2:ffff:1:2:3'));
  expect(toAddressSubject('2001:db8:1:2::1')).not.toBe(toAddressSubject('2001:db8:1:3::1'));
  expect(toAddressSubject('192.0.2.1')).toBe('192.0.2.1');
});

test('responses have the fields of draft-ietf-httpapi-ratelimit-headers, and refusals name limit, figure and setting', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const ask = createRequest(createTestApp(parse({ requests: 'key=2/m,all=3/m' })));
  const first = await ask();
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'ratelimit-policy': '"key-requests";q=2;w=60',
    ratelimit: '"key-requests";r=1;t=60',
  });
  await ask();
  vi.advanceTimersByTime(18_500);
  const refused = await ask();
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    'ratelimit-policy': '"key-requests";q=2;w=60',
    ratelimit: '"key-requests";r=0;t=42',
    'retry-after': '42',
    'content-type': 'application/problem+json',
  });
  expect(await refused.json()).toEqual({
    type: 'urn:darkroom:problem:rate_limited',
    title: expect.any(String),
    status: 429,
    detail: 'A key may send 2 requests in 60 seconds (DARKROOM_REQUEST_LIMITS); try again in 42 seconds',
    code: 'rate_limited',
    retryable: true,
    details: {
      ...{ limit: 'key-requests', max: 2, window_seconds: 60, retry_after_seconds: 42 },
      setting: 'DARKROOM_REQUEST_LIMITS',
    },
  });
  vi.advanceTimersByTime(42_000);
  expect((await ask()).status).toBe(200);
});

test.each([-86_400_000, 86_400_000])('a jump of the clock by %i ms extends no window', async (jump) => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const ask = createRequest(createTestApp(parse({ requests: 'key=1/m' })));
  await ask();
  vi.setSystemTime(Date.now() + jump);
  const { status, headers } = await ask();
  if (status === 429) expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
  vi.advanceTimersByTime(60_000);
  expect((await ask()).status).toBe(200);
});

describe('bodies that arrive', () => {
  const login = 'tenant: acme\r\nkey: one\r\n';
  const open = async (
    port: number,
    head: string,
  ): Promise<{ write(text: string): void; answer: Promise<string> }> => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    const answer = once(socket, 'close').then(() => text);
    socket.write(`POST ${head}\r\nhost: localhost\r\nconnection: close\r\n${login}`);
    return { write: (piece) => void socket.write(piece), answer };
  };
  const start = (uploads: string, idleMs?: number) => {
    const app = createTestApp(parse({ uploads }), idleMs);
    return listening(createHttpServer((request, env) => app.fetch(request, env)));
  };
  const form = 'content-type: multipart/form-data; boundary=b\r\n';
  const file = (size: number) =>
    `--b\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n${'x'.repeat(size)}\r\n--b--`;
  const upload = async (port: number, size: number, tenant = 'acme'): Promise<number> => {
    const headers = { tenant, key: 'one', 'content-type': 'multipart/form-data; boundary=b' };
    const url = `http://127.0.0.1:${port}/upload`;
    return (await fetch(url, { method: 'POST', headers, body: file(size) })).status;
  };

  test('slowly count until the client is cut off', async () => {
    const port = await start('tenant=1000', 1000);
    const slow = await open(port, `/upload HTTP/1.1`);
    slow.write(`${form}content-length: 900\r\n\r\n--b\r\n`);
    await expect.poll(() => upload(port, 50)).toBe(429);
    expect(await upload(port, 50, 'beta')).toBe(200);
    expect(await slow.answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(await upload(port, 50)).toBe(200);
  });

  test('without a length count as they arrive', async () => {
    const port = await start('tenant=1000');
    const slow = await open(port, `/upload HTTP/1.1`);
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const bytes = file(850);
    slow.write(`${form}transfer-encoding: chunked\r\n\r\n${chunk(bytes.slice(0, 800))}`);
    await expect.poll(() => upload(port, 200)).toBe(429);
    slow.write(`${chunk(bytes.slice(800))}0\r\n\r\n`);
    expect(await slow.answer).toMatch(/stored$/);
    expect(await upload(port, 200)).toBe(200);
  });

  test('without a length and in JSON count as the largest body', async () => {
    const port = await start('tenant=600');
    const slow = await open(port, `/v1/json HTTP/1.1`);
    slow.write('content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n');
    await expect.poll(() => upload(port, 50)).toBe(429);
    slow.write('0\r\n\r\n');
    expect(await slow.answer).toMatch(/\r\n2$/);
    expect(await upload(port, 50)).toBe(200);
  });

  test('and are larger than the limit by themselves are 413, not 429', async () => {
    const port = await start('address=1000');
    expect(await upload(port, 2000)).toBe(413);
    expect(await upload(port, 100)).toBe(200);
  });
});

describe('by default', () => {
  const config = (env: Record<string, string>) => readConfig({ DARKROOM_DATA: '/nowhere', ...env });

  test('nothing is limited on loopback without authentication, unless it is set', () => {
    const { requests, submissions, assets, uploads } = composeClientLimits(config({}));
    expect([requests, submissions, assets, uploads].map(({ size }) => size)).toEqual([0, 0, 0, 0]);
    expect(composeTenantJobs(config({}))('public')).toBe(Number.POSITIVE_INFINITY);
    const set = config({ DARKROOM_REQUEST_LIMITS: 'all=10/s', DARKROOM_TENANT_JOBS: '7' });
    expect(composeClientLimits(set).requests).toEqual(new Map([['all', { max: 10, seconds: 1 }]]));
    expect(composeTenantJobs(set)('public')).toBe(7);
  });

  test('one key submits 10,000 jobs in a row', async () => {
    const limited = config({ DARKROOM_AUTH: 'keys' });
    expect(composeTenantJobs(limited)('acme')).toBeGreaterThan(10_000);
    const ask = createRequest(createTestApp(composeClientLimits(limited)));
    const found = await statuses(10_000, () => ask({ path: '/v1/jobs', method: 'POST' }));
    expect(found.filter((status) => status !== 200)).toEqual([]);
  });
});

test.each([
  ['requests', '10'],
  ['requests', 'tenant=10'],
  ['requests', 'tenant=0/s'],
  ['requests', 'user=10/s'],
  ['requests', 'tenant=10/w'],
  ['assets', 'tenant=10'],
  ['uploads', 'tenant=10/s'],
  ['uploads', 'tenant=0'],
])('%s cannot be limited to %s', (name, text) => {
  expect(() => parse({ [name]: text })).toThrow(/must be SCOPE=LIMIT/);
});
