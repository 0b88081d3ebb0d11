/** Which role may do what, on every route of the API documents. The expectations are those of docs/authentication.md. */
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectActions } from '../../../src/api/auth/route-actions.ts';
import type { ApiEnv } from '../../../src/api/context.ts';
import type { AuditEvent } from '../../../src/auth/audit-event.ts';
import { actions } from '../../../src/auth/roles.ts';
import * as dialects from '../../../src/dialects/index.ts';
import { ApiKeyStore } from '../../../src/storage/api-keys.ts';
import { AuditStore } from '../../../src/storage/audit.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

const roles = ['viewer', 'submitter', 'operator', 'admin'] as const;
type Role = (typeof roles)[number];

let server: Darkroom;
let audit: AuditStore;
let as: (role: Role, path: string, init?: RequestInit) => Promise<Response>;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-roles-'));
  server = await startStack({
    dataDir,
    command: 'api',
    env: { DARKROOM_AUTH: 'keys', DARKROOM_TEMPORAL_UI: 'serve' },
    skipReadiness: true,
  });
  const store = createFilesystemStore({ root: join(dataDir, 'store') });
  const keys = new ApiKeyStore(store);
  audit = new AuditStore(store);
  const made = await Promise.all(
    roles.map(async (role) => {
      const { written } = await keys.create({ tenant: 'acme', name: role, role, expires_at: null });
      return [role, written] as const;
    }),
  );
  const written = new Map(made);
  as = (role, path, init) => {
    const headers = { ...init?.headers, authorization: `Bearer ${written.get(role)}` };
    return fetch(new URL(path, server.url), { ...init, headers });
  };
});
afterAll(() => server.dispose());

interface Operation {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-action'?: string;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Every operation of every document. */
async function findOperations() {
  const paths = Object.values(dialects).map(({ name }) =>
    name === 'native' ? '/openapi.json' : `/openapi/${name}.json`,
  );
  const documents = await Promise.all(
    paths.map(async (path) => (await (await as('viewer', path)).json()) as Document),
  );
  return documents.flatMap((document) =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    ),
  );
}

/** Contracts require these, or the address has a secret or signature. */
const publicRoutes = [
  'GET /api/health',
  'GET /api/v1/health',
  'GET /api/v1/status',
  'GET /api/v1/website/{tenant}/{task_id}/{secret}/{path}',
  'GET /v1/links/{tenant}/{id}/{path}',
  'GET /v1/pages/{tenant}/{id}/{expires}/{signature}/{path}',
];

/** Reading is for viewers, as is passing on what they may read; changing is for submitters, of templates for operators; the audit log for admins. */
const expectedRole = (method: string, path: string): Role => {
  if (path === '/v1/audit') return 'admin';
  if (path.startsWith('/v1/templates') && method !== 'GET') return 'operator';
  if (path === '/v1/session') return 'viewer';
  return method === 'GET' || path.endsWith('/links') ? 'viewer' : 'submitter';
};

const mayUse = (role: Role, needed: Role) => roles.indexOf(role) >= roles.indexOf(needed);

test('every documented route is open to the roles that its description names, and to no others', async () => {
  const operations = await findOperations();
  expect(operations.length).toBeGreaterThan(40);
  for (const { method, path, operation } of operations) {
    const route = `${method} ${path}`;
    const isPublic = publicRoutes.includes(route);
    const needed = expectedRole(method, path);
    const named = (operation.security ?? []).map((scheme) => Object.values(scheme).flat());
    expect([route, named]).toEqual([route, isPublic ? [] : [[needed], [needed], [needed]]]);
    const url = path.replace(/\{[^}]+\}/g, () => randomUUID());
    for (const role of roles) {
      const response = await as(role, url, { method });
      const { code } = (await response.json().catch(() => ({}))) as { code?: string };
      const isDenied = response.status === 403 && code !== 'link_invalid';
      expect([route, role, isDenied]).toEqual([route, role, !isPublic && !mayUse(role, needed)]);
    }
    const { status } = await fetch(new URL(url, server.url), { method });
    expect([route, status === 401]).toEqual([route, !isPublic]);
  }
});

test.each<[string, Role]>([
  ['/metrics', 'operator'],
  ['/docs', 'viewer'],
  ['/openapi.json', 'viewer'],
  ['/.well-known/api-catalog', 'viewer'],
])('%s takes the role %s', async (path, needed) => {
  for (const role of roles) {
    const response = await as(role, path);
    expect([role, response.status]).toEqual([role, mayUse(role, needed) ? 200 : 403]);
  }
});

test('a denial names the action and the role', async () => {
  const response = await as('viewer', '/v1/jobs/x', { method: 'DELETE' });
  expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
  expect(await response.json()).toMatchObject({
    code: 'forbidden',
    detail: 'The role "viewer" may not do this (jobs.delete); it takes the role "submitter"',
    details: { role: 'submitter' },
  });
});

describe('what concerns all tenants', () => {
  test("e2e3d's Prometheus metrics are for operators, and its statistics of the tenant for viewers", async () => {
    const ask = async (role: Role, accept: string) =>
      (await as(role, '/api/metrics', { headers: { accept } })).status;
    expect(await ask('submitter', 'text/plain')).toBe(403);
    expect(await ask('operator', 'text/plain')).toBe(200);
    expect(await ask('viewer', 'application/json')).toBe(200);
  });

  test('a priority above the default precedes other tenants, so it is for operators', async () => {
    const submit = (role: Role, priority: number) =>
      as(role, '/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ operation: 'system.echo', priority }),
      });
    for (const priority of [1, 2]) {
      const denied = await submit('submitter', priority);
      expect([denied.status, await denied.json()]).toEqual([
        403,
        expect.objectContaining({
          detail: expect.stringMatching(/^Priority [12] precedes.*"operator"; use 3 to 5/),
        }),
      ]);
      expect((await submit('operator', priority)).status).toBe(202);
    }
    for (const priority of [3, 4, 5]) expect((await submit('submitter', priority)).status).toBe(202);
    const form = new FormData();
    form.set('job', JSON.stringify({ operation: 'system.echo', priority: 1 }));
    expect((await as('submitter', '/v1/jobs', { method: 'POST', body: form })).status).toBe(403);
  });
});

test('Temporal’s Web UI is for operators', async () => {
  for (const path of [
    '/temporal',
    '/temporal/',
    '/temporal/api/v1/namespaces',
    '/temporal/_app/version.json',
    '/temporal/render',
  ]) {
    expect([path, (await fetch(new URL(path, server.url))).status]).toEqual([path, 401]);
    for (const role of roles)
      expect([path, role, (await as(role, path)).status]).toEqual([
        path,
        role,
        mayUse(role, 'operator') ? 200 : 403,
      ]);
  }
  const terminate = '/temporal/api/v1/namespaces/none/workflows/job/terminate';
  expect((await as('submitter', terminate, { method: 'POST' })).status).toBe(403);
  // There is no such namespace.
  expect((await as('operator', terminate, { method: 'POST' })).status).toBe(404);
});

describe('the audit log', () => {
  const readAudit = async () => {
    const events: AuditEvent[] = [];
    for await (const event of audit.read(new Date(0), new Date(Date.now() + 60_000))) events.push(event);
    return events;
  };
  const find = (id: string) =>
    expect
      .poll(async () => (await readAudit()).find(({ request_id }) => request_id === id) ?? null)
      .not.toBeNull()
      .then(async () => (await readAudit()).filter(({ request_id }) => request_id === id));

  test.each<[string, Role, RequestInit, object]>([
    ['/v1/jobs/none', 'viewer', { method: 'DELETE' }, { action: 'jobs.delete', outcome: 'denied' }],
    [
      '/v1/jobs/none',
      'submitter',
      { method: 'DELETE' },
      { action: 'jobs.delete', outcome: 'failure', detail: '404' },
    ],
    ['/v1/jobs/none/archive', 'viewer', {}, { action: 'results.export', outcome: 'failure', detail: '404' }],
    ['/metrics?a=b', 'submitter', {}, { action: 'metrics.read', outcome: 'denied', target: '/metrics' }],
  ])('has %s of a %s', async (path, role, init, expected) => {
    const id = randomUUID();
    const response = await as(role, path, { ...init, headers: { 'x-request-id': id } });
    expect(response.headers.get('x-request-id')).toBe(id);
    expect(await find(id)).toEqual([
      expect.objectContaining({
        tenant: 'acme',
        role,
        subject: expect.stringMatching(`^key \\w{12} \\(${role}\\)$`),
        target: path,
        address: '127.0.0.1',
        ...expected,
      }),
    ]);
  });

  test('has a new job under its path, and no reads', async () => {
    const [read, write] = [randomUUID(), randomUUID()];
    await as('viewer', '/v1/jobs', { headers: { 'x-request-id': read } });
    await as('submitter', '/v1/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': write },
      body: JSON.stringify({ id: 'audited', operation: 'system.echo' }),
    });
    expect(await find(write)).toEqual([
      expect.objectContaining({ action: 'jobs.submit', outcome: 'success', target: '/v1/jobs/audited' }),
    ]);
    expect((await readAudit()).filter(({ request_id }) => request_id === read)).toEqual([]);
  });

  test('has rejected logins without what was sent', async () => {
    const id = randomUUID();
    const headers = { authorization: 'Bearer open-sesame', 'x-request-id': id };
    // Those of the tests before may have used up what is recorded in ten seconds.
    await expect
      .poll(
        async () => {
          await fetch(new URL('/v1/jobs?key=open-sesame', server.url), { headers });
          return (await readAudit()).find(({ request_id }) => request_id === id);
        },
        { interval: 500 },
      )
      .toMatchObject({
        action: 'login',
        outcome: 'denied',
        tenant: null,
        subject: null,
        target: '/v1/jobs',
        detail: expect.stringContaining('unknown format'),
      });
    expect(JSON.stringify(await readAudit())).not.toMatch(/open-sesame|drk_[0-9a-f]{12}/);
  });
});

test('a route that names no action keeps the server from starting', () => {
  const app = new OpenAPIHono<ApiEnv>();
  app.get('/public', (c) => c.text(''));
  expect(collectActions(app, [], {}, ['/public'])).toEqual(new Map());
  app.get('/forgotten/:id', (c) => c.text(''));
  expect(() => collectActions(app, [], {}, ['/public'])).toThrow('GET /forgotten/{id} names no action');
});

test('each action is for the roles from one on', () => {
  const own = ['metrics.read', 'temporal.open', 'workers.read', 'jobs.prioritize', 'templates.manage'];
  for (const [action, [role]] of Object.entries(actions)) {
    expect([action, own.includes(action)]).toEqual([action, role === 'operator']);
    expect([action, role === 'admin']).toEqual([action, ['audit.read', 'templates.share'].includes(action)]);
  }
});
