/** The console with a token, below a path. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { type ConsoleTab, openConsole } from '../../support/console.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { type Gateway, startTokenGateway } from '../../support/token-gateway.ts';

const TOKEN = 'a-token-that-opens';

let darkroom: Darkroom;
let gateway: Gateway;
let browser: Browser;
let tab: ConsoleTab;
let page: Page;

beforeAll(async () => {
  [darkroom, browser] = await Promise.all([startStack(), launchChromium()]);
  gateway = await startTokenGateway(darkroom.url, '/tools/darkroom', TOKEN);
});
afterAll(async () => {
  await browser?.close();
  await gateway?.close();
  await darkroom?.dispose();
});
beforeEach(async () => {
  tab = await openConsole(browser, gateway.url);
  page = tab.page;
});
afterEach(async () => {
  expect(tab.complaints).toEqual([]);
  expect(tab.requestedUrls.filter((url) => !url.startsWith(gateway.url) && !url.startsWith('blob:'))).toEqual(
    [],
  );
  await tab.close();
});

const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look);
const enter = async (token: string) => {
  await page.getByLabel('API key or access token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
};

describe('with a server that requires a token', () => {
  test('keeps the token as long as the tab, until the user forgets it', async () => {
    await tab.goTo('#/operations');
    await enter('wrong');
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/rejected the token/);
    await enter(TOKEN);
    await page.getByRole('link', { name: 'Gallery' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Gallery' }).waitFor();
    expect(
      await page.evaluate(() =>
        Object.keys((globalThis as unknown as { localStorage: object }).localStorage),
      ),
    ).toEqual([]);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('API key or access token').waitFor();
    await page.reload();
    await page.getByLabel('API key or access token').waitFor();
  });

  test('uploads a photograph, shows its events and its picture, and downloads it', async () => {
    // A test cannot operate the file picker; without it the browser downloads.
    await page.addInitScript('delete window.showSaveFilePicker');
    await tab.goTo('#/new/image.transform');
    await enter(TOKEN);
    const original = fileURLToPath(new URL('../../../examples/photos/coffee.jpg', import.meta.url));
    await page.getByLabel('Choose files').setInputFiles(original);
    await page.getByLabel('height').fill('90');
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.waitForURL(/#\/jobs\//);
    await eventually(() => page.locator('.job-head .badge').textContent()).toBe('completed');
    await eventually(() => page.locator('main').textContent()).toMatch(
      /created.*processing transform.*completed/,
    );

    const thumbnail = page.getByRole('button', { name: 'View coffee.jpg' }).locator('img');
    await eventually(() =>
      thumbnail.evaluate((img) => (img as unknown as { naturalHeight: number }).naturalHeight),
    ).toBe(90);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download coffee.jpg' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('coffee.jpg');
    const id = page.url().split('/').at(-1) ?? '';
    const wanted = await (await darkroom.request(`/v1/jobs/${id}/files/coffee.jpg`)).arrayBuffer();
    expect(await readFile(await download.path())).toEqual(Buffer.from(wanted));
  });
});
