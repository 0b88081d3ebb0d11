/** The gallery as people get it: unpacked on a disk, and opened in a browser. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { launchChromium } from '../../support/chromium.ts';
import { photo } from '../../support/photos.ts';
import { runOperation } from '../../support/run-operation.ts';
import { unzip } from '../../support/unzip.ts';

const names = ['astronaut', 'chelsea', 'coffee', 'hubble_deep_field', 'rocket'];
const places = [[28.57, -80.65], [52.52, 13.4], [52.5201, 13.4001], null, [28.56, -80.58]] as const;

let folder: string;
let browser: Browser;
let page: Page;
let asked: string[];
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
  folder = await mkdtemp(join(tmpdir(), 'darkroom-gallery-'));
  const assets = await Promise.all(
    names.map(async (name, index) => {
      const [lat, lng] = places[index] ?? [];
      const attributes = { ...(lat === undefined ? {} : { lat, lng }), note: '<img src=x onerror=alert(1)>' };
      return {
        name: index === 0 ? '<script>alert(1)</script>.jpg' : `${name}.jpg`,
        bytes: await photo(`${name}.jpg`),
        attributes,
      };
    }),
  );
  const params = { as: 'zip', title: 'Five & more', page_size: 3 };
  const { files } = await runOperation(imageGallery, { params, assets });
  for (const [name, bytes] of unzip(files.get('gallery.zip') ?? Buffer.alloc(0))) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
  page = await context.newPage();
  asked = [];
  complaints = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('requestfailed', (request) => complaints.push(`could not load ${request.url()}`));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push('a dialog');
    void dialog.dismiss();
  });
  return () => context.close();
});

const open = (name: string) => page.goto(pathToFileURL(join(folder, name)).href, { waitUntil: 'load' });

/** Styled, with all pictures, and without a word to the outside or from the console. */
async function expectQuiet(): Promise<void> {
  expect(complaints).toEqual([]);
  const root = pathToFileURL(`${folder}/`).href;
  expect(asked.filter((url) => !url.startsWith(root))).toEqual([]);
  const pictures = page.locator('img');
  for (const picture of await pictures.all()) {
    await picture.scrollIntoViewIfNeeded();
    await expect
      .poll(() => picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(0);
  }
  expect(
    await page
      .locator('body')
      .evaluate((body) => body.ownerDocument.defaultView?.getComputedStyle(body).maxWidth),
  ).toBe('1600px');
}

describe('a gallery opened from a disk', () => {
  test.each(['index.html', 'index-2.html', 'map.html', ...names.map((_, at) => `pages/0000${at + 1}.html`)])(
    '%s shows all pictures, without violations of the policy and without other requests',
    async (name) => {
      await open(name);
      await expectQuiet();
      expect(await page.locator('header h1').count()).toBe(1);
      expect(await page.locator('main').count()).toBe(1);
    },
  );

  test('can be navigated by keyboard, from the first page to the last picture', async () => {
    await open('index.html');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to content');
    await page.getByRole('link', { name: '<script>alert(1)</script>.jpg' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/pages\/00001\.html$/);
    expect(await page.locator('h1').textContent()).toBe('<script>alert(1)</script>.jpg');
    for (const name of names.slice(1)) {
      await page.getByRole('link', { name: 'Next' }).press('Enter');
      await page.waitForURL((url) => !url.pathname.endsWith('00001.html'));
      await expect.poll(() => page.locator('h1').textContent()).toBe(`${name}.jpg`);
    }
    expect(await page.getByRole('link', { name: 'Next' }).count()).toBe(0);
    await page.getByRole('link', { name: 'All pictures' }).click();
    await page.waitForURL(/index-2\.html$/);
    await expectQuiet();
  });

  test('has a map whose points link to their pictures', async () => {
    await open('index.html');
    await page.getByRole('link', { name: 'Map' }).click();
    await page.waitForURL(/map\.html$/);
    const points = page.locator('svg.map a');
    expect(await points.count()).toBe(2);
    await points.nth(1).click();
    await page.waitForURL(/pages\/00002\.html$/);
    await expectQuiet();
  });

  test('fits the screen of a phone, and supports dark mode', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const name of ['index.html', 'map.html', 'pages/00001.html']) {
      await open(name);
      const [wide, dark] = await page.locator('body').evaluate((body) => {
        const { scrollWidth } = body.ownerDocument.documentElement;
        return [scrollWidth, body.ownerDocument.defaultView?.getComputedStyle(body).backgroundColor] as const;
      });
      expect(wide, name).toBeLessThanOrEqual(360);
      expect(dark).toBe('rgb(21, 23, 26)');
    }
  });

  test('runs no injected script, and loads nothing from other servers', async () => {
    await open('index.html');
    const html = (await page.content()).replace(
      '</main>',
      '<script src="x.js"></script><img src="http://127.0.0.1:9/x.png"><p style="color:red">x</p></main>',
    );
    await writeFile(join(folder, 'tampered.html'), html);
    complaints.length = 0;
    await open('tampered.html');
    const refused = complaints.filter((words) => /Content Security Policy/.test(words));
    expect(refused.length).toBeGreaterThanOrEqual(3);
  });
});
