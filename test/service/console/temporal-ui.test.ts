/** Temporal's Web UI at darkroom's own port. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { openConsole } from '../../support/console.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { temporalOf } from '../../support/temporal.ts';

let darkroom: Darkroom;
let browser: Browser;
let workflows: string;
let namespace: string;

beforeAll(async () => {
  [darkroom, browser] = await Promise.all([
    startStack({ env: { DARKROOM_TEMPORAL_UI: 'serve' } }),
    launchChromium(),
  ]);
  const client = await temporalOf(darkroom);
  ({ namespace } = client.options);
  workflows = `/temporal/api/v1/namespaces/${namespace}/workflows`;
  await client.connection.close();
});
afterAll(async () => {
  await browser?.close();
  await darkroom?.dispose();
});

const submitWaiting = async () =>
  (await darkroom.submit({ operation: 'image.transform', assets: [], await_assets: { total: 1 } })).id;
const workflowOf = (id: string) => `${workflows}/${encodeURIComponent(`job/public/${id}`)}`;

test('one click in the console opens the workflow of a job, whose button cancels it', async () => {
  const id = await submitWaiting();
  await darkroom.until(id, 'waiting');
  const tab = await openConsole(browser, darkroom.url);
  await tab.goTo(`#/jobs/${id}`);
  const timeout = 120_000;
  const [ui] = await Promise.all([
    tab.page.context().waitForEvent('page', { timeout }),
    tab.page.getByText('Open the workflow in Temporal’s Web UI').click({ timeout }),
  ]);
  const breaches: string[] = [];
  // The UI repeats requests that a busy Temporal did not answer in time.
  const isBusy = (text: string) => text.includes('status of 503');
  ui.on('console', (message) => {
    if (message.type() === 'error' && !isBusy(message.text())) breaches.push(message.text());
  });
  ui.on('request', (request) => request.url().startsWith(darkroom.url) || breaches.push(request.url()));
  await ui.getByRole('heading', { name: `job/public/${id}` }).waitFor({ timeout });
  await ui.getByText('Event History', { exact: true }).waitFor({ timeout });
  await ui.getByRole('button', { name: 'Request Cancellation' }).click({ timeout });
  await ui.getByRole('button', { name: 'Confirm' }).click({ timeout });
  await darkroom.until(id, 'cancelled');
  await ui.getByText('Canceled', { exact: true }).first().waitFor({ timeout });
  expect(breaches).toEqual([]);
  expect(tab.complaints).toEqual([]);
  await tab.close();
});

describe('the HTTP API of Temporal', () => {
  test('returns histories as Temporal’s own command line does', async () => {
    const id = await submitWaiting();
    await darkroom.until(id, 'waiting');
    const response = await darkroom.request(`${workflowOf(id)}/history?maximumPageSize=1000`);
    const { history } = (await response.json()) as { history: unknown };
    const target = ['--address', inject('temporalAddress') ?? '', '--namespace', namespace];
    const { stdout } = await promisify(execFile)(inject('temporalBinary'), [
      ...['workflow', 'show', '--workflow-id', `job/public/${id}`, '--output', 'json'],
      ...['--no-json-shorthand-payloads', ...target],
    ]);
    expect(history).toEqual(JSON.parse(stdout));
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
  });

  test.each([
    ['an unknown workflow', 'GET', '/none', undefined, 404, { code: 5, details: [] }],
    ['an unknown route', 'GET', '/a/b/c/d', undefined, 404, { code: 5, message: 'Not Found' }],
    ['an invalid body', 'POST', '/a/terminate', '{', 400, { code: 3 }],
    ['an invalid field', 'POST', '/a/terminate', '{"reason":1}', 400, { code: 3 }],
    ['an invalid query', 'GET', '?query=%27', undefined, 400, { code: 3 }],
  ])('reports %s as Temporal does', async (_, method, path, body, status, failure) => {
    const response = await darkroom.request(workflows + path, { method, body: body ?? null });
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining(failure)]);
  });
});

describe('a page of another site', () => {
  const paths = () => ['/temporal', '/temporal/', '/temporal/api/v1/settings', workflows, '/temporal/render'];

  test('is refused under another name of this machine (DNS rebinding)', async () => {
    const { status } = await darkroom.request('/temporal');
    expect(status).toBe(200);
    for (const path of paths())
      expect([path, await readStatus(path, { host: 'rebound.example' })]).toEqual([path, 421]);
  });

  test.each([
    ['another origin', { origin: 'https://attacker.example' }],
    ['a page without origin', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['another server of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('from %s can neither read nor change anything', async (_, headers) => {
    for (const path of paths()) expect([path, await readStatus(path, headers)]).toEqual([path, 403]);
    const id = await submitWaiting();
    const action = `${workflowOf(id)}/terminate`;
    expect(await readStatus(action, headers, 'POST')).toBe(403);
    // As a form of a page sends it.
    const form = { ...headers, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await readStatus(action, form, 'POST')).toBe(403);
    expect((await darkroom.get(id)).state).not.toBe('failed');
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
  });

  test('may link to the pages, but not frame them', async () => {
    const visit = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(await readStatus('/temporal', visit)).toBe(200);
    const { headers } = await darkroom.request('/temporal');
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
  });

  /** `fetch` does not send these headers. */
  async function readStatus(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
    const { request } = await import('node:http');
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, darkroom.url), { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end();
    });
  }
});

test('texts of workflows are shown as text', async () => {
  const content = encodeURIComponent('<script>alert(1)</script>&');
  const page = await darkroom.request(`/temporal/render?content=${content}`);
  expect(await page.text()).toContain('&lt;script>alert(1)&lt;/script>&amp;');
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*sandbox$/);
});

test('a file that the UI does not have is not found', async () => {
  for (const path of ['/temporal/_app/none.js', '/temporal/_app/..%2f..%2findex.html'])
    expect((await darkroom.request(path)).status).toBe(404);
  const known = await darkroom.request('/temporal/_app/version.json');
  expect([known.status, known.headers.get('content-type')]).toEqual([200, 'application/json']);
});
