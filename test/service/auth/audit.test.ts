/** The audit log as admins read it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../../src/auth/audit-event.ts';
import { ApiKeyStore } from '../../../src/storage/api-keys.ts';
import { AuditStore } from '../../../src/storage/audit.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

interface Page {
  readonly events: readonly AuditEvent[];
  readonly next_cursor: string | null;
}

let server: Darkroom;
let as: (role: 'operator' | 'admin', query: string, headers?: object) => Promise<Response>;
/** Sends a request as an admin. */
let act: (method: string, path: string) => Promise<Response>;

const event = (time: string, tenant: string, detail: string): AuditEvent => ({
  ...{ time, tenant, detail, action: 'jobs.delete', outcome: 'success', subject: 'key 1', role: 'admin' },
  ...{ target: '/v1/jobs/a', address: '10.0.3.7', request_id: randomUUID(), omitted: 0 },
});
const START = Math.floor(Date.now() / 1000 - 3600) * 1000;
const at = (minute: number, second = 0) => new Date(START + minute * 60_000 + second * 1000).toISOString();
/** Five batches of four events of alternating tenants, a minute apart. */
const written = [0, 1, 2, 3, 4].map((minute) =>
  [0, 1, 2, 3].map((second) =>
    event(at(minute, second), second % 2 ? 'acme' : 'beta', `${minute}/${second}`),
  ),
);
const PERIOD = `since=${at(0)}&until=${at(5)}`;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-audit-'));
  server = await startStack({ dataDir, command: 'api', env: { DARKROOM_AUTH: 'keys' }, skipReadiness: true });
  const store = createFilesystemStore({ root: join(dataDir, 'store') });
  // Batches sort by the time at which they are written.
  const audit = new AuditStore(store);
  for (const batch of written) {
    await audit.write(batch);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const keys = new ApiKeyStore(store);
  const tokens = Object.fromEntries(
    await Promise.all(
      (['operator', 'admin'] as const).map(async (role) => {
        const { written: token } = await keys.create({ tenant: 'acme', name: role, role, expires_at: null });
        return [role, token];
      }),
    ),
  );
  as = (role, query, headers) =>
    fetch(new URL(`/v1/audit?${query}`, server.url), {
      headers: { ...headers, authorization: `Bearer ${tokens[role]}` },
    });
  act = (method, path) =>
    fetch(new URL(path, server.url), { method, headers: { authorization: `Bearer ${tokens['admin']}` } });
});
afterAll(() => server.dispose());

/** Reads page after page. */
async function readAll(query: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)?.next_cursor ?? null) {
    const response = await as('admin', `${query}${cursor && `&cursor=${cursor}`}`);
    expect(response.status).toBe(200);
    pages.push((await response.json()) as Page);
  }
  return pages;
}

describe('the audit log', () => {
  test('is for admins alone, and each reading is an event', async () => {
    const [denied, allowed] = [randomUUID(), randomUUID()];
    expect((await as('operator', '', { 'x-request-id': denied })).status).toBe(403);
    expect((await as('admin', '', { 'x-request-id': allowed })).status).toBe(200);
    const find = async (id: string) =>
      (await readAll('limit=1000'))
        .flatMap(({ events }) => events)
        .find(({ request_id }) => request_id === id);
    const read = { action: 'audit.read', tenant: 'acme', target: '/v1/audit' };
    await expect.poll(() => find(denied)).toMatchObject({ ...read, outcome: 'denied', role: 'operator' });
    await expect.poll(() => find(allowed)).toMatchObject({ ...read, outcome: 'success', role: 'admin' });
  });

  test('has the reason that was given for an action', async () => {
    expect((await act('DELETE', '/v1/jobs/nothing?reason=wrong%20customer')).status).toBe(404);
    const find = async () =>
      (await readAll('limit=1000'))
        .flatMap(({ events }) => events)
        .find(({ target }) => target === '/v1/jobs/nothing');
    await expect.poll(find).toMatchObject({ action: 'jobs.delete', detail: '404: wrong customer' });
  });

  test.each([1, 3, 4, 7, 20, 1000])('comes whole and in order in pages of %i', async (limit) => {
    const pages = await readAll(`${PERIOD}&limit=${limit}`);
    expect(pages.flatMap(({ events }) => events)).toEqual(written.flat());
    expect(Math.max(...pages.map(({ events }) => events.length))).toBe(Math.min(limit, 20));
  });

  test('of a tenant and of a period', async () => {
    const of = async (query: string) =>
      (await readAll(query)).flatMap(({ events }) => events).map(({ detail }) => detail);
    const acme = written.flat().filter(({ tenant }) => tenant === 'acme');
    expect(await of(`${PERIOD}&tenant=acme&limit=3`)).toEqual(acme.map(({ detail }) => detail));
    expect(await of(`${PERIOD}&tenant=gamma`)).toEqual([]);
    // `since` is inclusive, `until` exclusive.
    const until = at(2 + 60, 2).replace('.000Z', '%2B01:00');
    expect(await of(`since=${at(1, 3)}&until=${until}`)).toEqual(['1/3', '2/0', '2/1']);
  });

  test.each([
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['since=yesterday', '/since'],
    ['cursor=x', '/cursor'],
    [`cursor=${Buffer.from('0 _audit/../_keys/a').toString('base64url')}`, '/cursor'],
    ['tennant=acme', '/tennant'],
  ])('rejects %s', async (query, pointer) => {
    const response = await as('admin', query);
    expect([response.status, await response.json()]).toEqual([
      422,
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    ]);
  });
});
