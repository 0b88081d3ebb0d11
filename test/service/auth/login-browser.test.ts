/** Browsers: they ask a person for the key, keep it, and must not let other pages use it. */
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { curl } from '../../support/dialect-clients.ts';
import { photo } from '../../support/photos.ts';
import { startTenants, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

let tenants: Tenants;
let web: Web;
let browser: Browser;

beforeAll(async () => {
  tenants = await startTenants();
  web = await startWeb({
    '/chelsea.jpg': await photo('chelsea.jpg'),
    '/evil.html': (_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<form method="post" enctype="multipart/form-data" action="${tenants.server.url}/jobs">
        <input name="operation" value="system.echo"><button>Win a prize</button></form>`);
    },
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await web.close();
  await tenants.server.dispose();
});

describe('in Chromium', () => {
  test('a page opens only with the key as password', async () => {
    const jobs = `${tenants.server.url}/v1/jobs`;
    const stranger = await browser.newPage();
    // There is nobody to answer the dialog.
    await expect(stranger.goto(jobs)).rejects.toThrow('ERR_INVALID_AUTH_CREDENTIALS');
    const context = await browser.newContext({
      httpCredentials: { username: 'any', password: tenants.acme.key },
    });
    const page = await context.newPage();
    expect((await page.goto(jobs))?.status()).toBe(200);
    // From then on it is sent along, also with what pages of this server ask for.
    expect(await page.evaluate(async () => (await fetch('/v1/operations')).status)).toBe(200);
    await page.goto(`${web.url}/evil.html`);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url() === `${tenants.server.url}/jobs`),
      page.click('button'),
    ]);
    expect([answer.status(), await answer.json()]).toEqual([
      403,
      { code: 'origin_forbidden', message: expect.stringContaining(web.url) },
    ]);
  });

  test('a sandboxed gallery loads all of its files', async () => {
    const { id } = await tenants.server.submit({
      operation: 'image.gallery',
      assets: [{ source: { url: `${web.url}/chelsea.jpg` } }],
    });
    await tenants.server.until(id, 'completed');
    const context = await browser.newContext({
      httpCredentials: { username: 'any', password: tenants.acme.key },
    });
    const page = await context.newPage();
    const statuses: number[] = [];
    page.on('response', (response) => statuses.push(response.status()));
    await page.goto(`${tenants.server.url}/v1/jobs/${id}/files/index.html`, { waitUntil: 'networkidle' });
    expect(statuses.length).toBeGreaterThan(1);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const picture = page.locator('img').first();
    await expect
      .poll(() => picture.evaluate((image) => Reflect.get(image, 'naturalWidth')))
      .toBeGreaterThan(0);
  });
});

describe('a link', () => {
  const makeGallery = async () => {
    const { id } = await tenants.server.submit({
      operation: 'image.gallery',
      assets: [{ source: { url: `${web.url}/chelsea.jpg` } }],
    });
    await tenants.server.until(id, 'completed');
    return id;
  };
  const makeLink = async (id: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await tenants.reader.request(`/v1/jobs/${id}/links`, init);
    return [response.status, (await response.json()) as { url: string; path: string }] as const;
  };
  /** Opens a page in a browser without credentials. */
  const expectGallery = async (page: Page | FrameLocator) => {
    const picture = page.locator('img').first();
    await picture.waitFor();
    await expect
      .poll(() => picture.evaluate((image) => Reflect.get(image, 'naturalWidth')))
      .toBeGreaterThan(0);
  };

  test('to a gallery opens it with its pictures, without a login, until the job is deleted', async () => {
    const id = await makeGallery();
    const [status, { url, path }] = await makeLink(id, {});
    expect([status, path]).toEqual([201, 'index.html']);
    const page = await (await browser.newContext()).newPage();
    await page.goto(url);
    await expectGallery(page);
    const { files } = (await (await tenants.acme.request(`/v1/jobs/${id}/files`)).json()) as {
      files: { path: string; media_type: string }[];
    };
    const picture = files.find(({ media_type }) => media_type.startsWith('image/'))?.path;
    const [, file] = await makeLink(id, { path: picture, expires_in: 60 });
    const range = await fetch(file.url, { headers: { range: 'bytes=0-3' } });
    expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([206, 4]);
    for (const wrong of [{ path: 'none.jpg' }, { expires_in: 8 * 86_400 }, { expires_in: 0 }, { until: 1 }])
      expect([wrong, (await makeLink(id, wrong))[0]]).toEqual([wrong, 'path' in wrong ? 404 : 422]);
    expect((await fetch(file.url, { method: 'DELETE' })).status).toBe(401);
    await tenants.acme.request(`/v1/jobs/${id}`, { method: 'DELETE' });
    for (const address of [file.url, page.url()]) expect((await fetch(address)).status).toBe(404);
  });

  test('shows a gallery in the console to a person who has logged in', async () => {
    const id = await makeGallery();
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${tenants.server.url}/#/jobs/${id}`);
    await page.getByLabel('API key or access token').fill(tenants.acme.key);
    await page.getByRole('button', { name: 'Log in' }).click();
    await expectGallery(page.frameLocator('iframe.page-frame'));
  });
});

describe('the console', () => {
  test('loads without a key, asks for it, and shows the jobs of its tenant', async () => {
    const { request } = tenants.beta;
    const body = JSON.stringify({ id: 'of-beta', operation: 'system.echo' });
    await request('/v1/jobs', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    await tenants.server.submit({ id: 'of-acme', operation: 'system.echo' });
    const page = await browser.newPage();
    expect((await page.goto(tenants.server.url))?.status()).toBe(200);
    await page.getByLabel('API key or access token').fill(tenants.acme.key);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'of-acme' }).waitFor();
    expect(await page.getByRole('link', { name: 'of-beta' }).count()).toBe(0);
  });
});

describe('by the headers of browsers', () => {
  const challenge = (...headers: string[]) =>
    curl('-i', ...headers.flatMap((one) => ['-H', one]), `${tenants.server.url}/v1/jobs`);

  test.each([
    ['Sec-Fetch-Mode: navigate', 'Basic'],
    ['Accept: text/html,application/xhtml+xml,*/*;q=0.8', 'Basic'],
    ['Sec-Fetch-Mode: cors', 'Bearer'],
    ['Accept: application/json', 'Bearer'],
  ])('%s gets the challenge %s', async (header, scheme) => {
    expect(await challenge(header)).toMatch(new RegExp(`www-authenticate: ${scheme} realm="darkroom"`, 'i'));
  });

  test.each([
    ['another site', ['Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'], 403],
    ['another name of the site', ['Sec-Fetch-Site: same-site'], 403],
    ['another site, of an old browser', ['Origin: https://evil.example'], 403],
    ['nowhere, such as a page on disk', ['Origin: null'], 403],
    ['this server', ['Sec-Fetch-Site: same-origin'], 202],
    ['no page at all', [], 202],
  ])('a stored password cannot be used by pages of %s', async (_, headers, status) => {
    const answer = await curl(
      ...['-i', '-u', `any:${tenants.acme.key}`, '-H', 'Content-Type: application/json'],
      ...headers.flatMap((one) => ['-H', one]),
      ...['-d', '{"operation":"system.echo"}', `${tenants.server.url}/v1/jobs`],
    );
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (status === 403) expect(answer).toContain('origin_forbidden');
  });
});
