/**
 * The console on a slow network, without a cache: from the address to a list of jobs that can be used. The baseline is one response
 * with as many bytes on the same network.
 */
import assert from 'node:assert/strict';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../scripts/find-chromium.ts';
import { startByteServer } from './byte-server.ts';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { percentile } from './timing.ts';

/** A slow mobile network. */
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
const JOBS = 20;
const TIMES = 7;

interface Load {
  /** From the navigation to the last row of the list, milliseconds. */
  readonly ms: number;
  readonly requests: number;
  /** As they were sent: compressed, with headers. */
  readonly bytes: number;
}

export async function* benchConsole({ url }: Rig): AsyncGenerator<Row> {
  const ids: string[] = [];
  // Without a worker, the list does not change.
  for (let job = 0; job < JOBS; job++) ids.push((await submit(url, { operation: 'system.echo' })).id);
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const server = await startByteServer();
  try {
    const loads: Load[] = [];
    const raw: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      const load = await loadConsole(browser, url, ids);
      loads.push(load);
      raw.push(await loadBytes(browser, server.url, load.bytes));
    }
    const median = (of: (load: Load) => number) => percentile(loads.map(of), 0.5);
    yield row(
      'the console at 1.6 Mbit/s and 150 ms, until the list can be used',
      'ms',
      median(({ ms }) => ms),
      percentile(raw, 0.5),
    );
    yield row(
      '  requests',
      '',
      median(({ requests }) => requests),
    );
    yield row('  received', 'kB', median(({ bytes }) => bytes) / 1000);
  } finally {
    await server.close();
    await browser.close();
  }
}

/** Opens a page without a cache, on the slow network. */
async function openPage(browser: Browser, work: (page: Page) => Promise<void>): Promise<Omit<Load, 'ms'>> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', NETWORK);
    let [requests, bytes] = [0, 0];
    session.on('Network.requestWillBeSent', () => requests++);
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await work(page);
    return { requests, bytes };
  } finally {
    await context.close();
  }
}

/** @throws AssertionError when the list has other jobs, or the page cannot be used */
async function loadConsole(browser: Browser, url: string, ids: readonly string[]): Promise<Load> {
  let ms = Number.NaN;
  const network = await openPage(browser, async (page) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${url}/`, { waitUntil: 'commit' });
    // `waitForFunction` evaluates text, which the policy of the page forbids.
    await page
      .locator('.jobs tbody tr')
      .nth(ids.length - 1)
      .waitFor();
    // After the tasks that are due, the main thread takes input.
    ms = Number(await page.evaluate('new Promise((done) => setTimeout(() => done(performance.now())))'));
    const shown = await page.locator('.jobs tbody .id').allTextContents();
    assert.deepEqual(shown.toSorted(), ids.toSorted(), 'The list has other jobs');
    await page.getByLabel('Select all jobs of this page').check();
    await page.getByText(`${ids.length} jobs selected`).waitFor();
    assert.deepEqual(errors, []);
  });
  return { ...network, ms };
}

/** Returns the milliseconds that one response takes. */
async function loadBytes(browser: Browser, url: string, bytes: number): Promise<number> {
  let ms = Number.NaN;
  await openPage(browser, async (page) => {
    await page.goto(`${url}/${bytes}`);
    const [received, duration] = (await page.evaluate(
      'Promise.resolve([document.body.textContent.length, performance.now()])',
    )) as [number, number];
    assert.equal(received, bytes);
    ms = duration;
  });
  return ms;
}
