/**
 * Takes the pictures of the console in docs/pictures: `npm run docs:pictures`. With `--all DIRECTORY`, takes every page in light and dark
 * and at two widths instead, to look at them after a change. Runs a server of its own with real jobs.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { createClient, type Darkroom } from '../src/client/client.ts';
import { freePort } from '../src/temporal/embedded/ports.ts';
import { copyOperation } from './copy-operation.ts';
import { findChromium } from './find-chromium.ts';
import { submitPictureJobs } from './picture-jobs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = fileURLToPath(new URL('../src/main.js', import.meta.url));

interface View {
  readonly name: string;
  readonly address: string;
  /** What is on the page when the picture is taken. */
  readonly shows: string;
  readonly prepare?: (page: Page) => Promise<void>;
  /** Its place below docs/; missing: the documentation does not have it. */
  readonly picture?: string;
}

const views: readonly View[] = [
  { name: 'list', address: '#/', shows: '.jobs tbody tr >> nth=8', picture: 'pictures/console-list.png' },
  {
    name: 'list-selected',
    address: '#/',
    shows: '.jobs tbody tr >> nth=8',
    prepare: async (page) => {
      await page.getByLabel('Select failed-1').check();
      await page.getByLabel('Select attempts').check();
      await page.getByRole('button', { name: 'Run again …' }).click();
      await page.getByLabel('Reason').fill('The archive answers again');
    },
    picture: 'pictures/console-list-selected.png',
  },
  { name: 'list-empty', address: '#/?id_prefix=none', shows: '.empty' },
  {
    name: 'job-pictures',
    address: '#/jobs/pictures',
    shows: '.card img >> nth=3',
    picture: 'pictures/console-job-pictures.png',
  },
  {
    name: 'lightbox',
    address: '#/jobs/pictures',
    shows: '.card img >> nth=3',
    prepare: async (page) => {
      await page.locator('.thumbnail').first().click();
      await page.locator('.lightbox .zoom-frame').waitFor();
      await sleep(1500);
    },
  },
  {
    name: 'compare',
    address: '#/jobs/pictures',
    shows: '.card img',
    prepare: async (page) => {
      await page.getByRole('tab', { name: 'Before and after' }).click();
      await page.locator('.compare img >> nth=1').waitFor();
    },
  },
  { name: 'job-points', address: '#/jobs/points', shows: '.zoom-overlay', picture: 'console.png' },
  { name: 'job-gallery', address: '#/jobs/gallery', shows: '.page-frame' },
  { name: 'job-model', address: '#/jobs/model', shows: '.model canvas' },
  { name: 'job-pdf', address: '#/jobs/pdf', shows: '.page-frame' },
  { name: 'job-disk', address: '#/jobs/disk', shows: '.disk', picture: 'pictures/console-job-disk.png' },
  { name: 'job-json', address: '#/jobs/facts', shows: '.json' },
  {
    name: 'job-pipeline',
    address: '#/jobs/pipeline',
    shows: '.graph',
    picture: 'pictures/console-job-pipeline.png',
  },
  { name: 'job-failed', address: '#/jobs/failed-1', shows: '.problem' },
  {
    name: 'job-attempts',
    address: '#/jobs/attempts',
    shows: '.waterfall .failure',
    picture: 'pictures/console-job-attempts.png',
  },
  { name: 'job-running', address: '#/jobs/running', shows: '.log li >> nth=2' },
  { name: 'job-waiting', address: '#/jobs/waiting', shows: '.status' },
  { name: 'job-missing', address: '#/jobs/none', shows: '.problem' },
  { name: 'form', address: '#/new/image.transform', shows: '.params', picture: 'pictures/console-form.png' },
  {
    name: 'form-errors',
    address: '#/new/image.transform',
    shows: '.params',
    prepare: async (page) => {
      await page.getByLabel('width').fill('0');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.locator('.wrong').first().waitFor();
    },
  },
  {
    name: 'form-template',
    address: '#/new/print-proof@1',
    shows: '.params',
    picture: 'pictures/console-form-template.png',
  },
  { name: 'templates', address: '#/templates', shows: '.operations .panel' },
  {
    name: 'template',
    address: '#/templates/print-proof',
    shows: '.json',
    picture: 'pictures/console-template.png',
  },
  { name: 'operations', address: '#/operations', shows: '.operations .panel' },
  { name: 'operation', address: '#/operations/image.transform', shows: '.params-table' },
  { name: 'usage', address: '#/usage', shows: '.chart', picture: 'pictures/console-usage.png' },
  { name: 'not-found', address: '#/somewhere/else', shows: '.empty' },
];

interface Server {
  readonly url: string;
  readonly token: string;
  readonly client: Darkroom;
  readonly process: ChildProcess;
}

async function startServer(dataDir: string): Promise<Server> {
  const operations = join(dataDir, 'operations');
  await mkdir(operations, { recursive: true });
  await writeFile(join(operations, 'copy.yaml'), copyOperation);
  const listen = `127.0.0.1:${await freePort('127.0.0.1', 0)}`;
  const env = {
    ...process.env,
    DARKROOM_DATA: join(dataDir, 'data'),
    DARKROOM_LISTEN: listen,
    DARKROOM_AUTH: 'keys',
    DARKROOM_OPERATIONS: operations,
    DARKROOM_SANDBOX: 'off',
    DARKROOM_ALLOW_NETWORKS: '127.0.0.1/32',
    DARKROOM_LOG_LEVEL: 'error',
  };
  const child = fork(main, ['serve'], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const url = `http://${listen}`;
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}`);
    await sleep(300);
  }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [main, 'keys', 'create', '--tenant', 'acme', '--name', 'Ada', '--role', 'admin', '--json'],
    { env },
  );
  const { key: token } = JSON.parse(stdout) as { key: string };
  return { url, token, client: createClient({ url, token }), process: child };
}

interface Look {
  readonly width: number;
  readonly dark: boolean;
}

async function openPage(browser: Browser, { width, dark }: Look): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: 1,
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  return context.newPage();
}

async function logIn(page: Page, { url, token }: Server): Promise<void> {
  await page.goto(url);
  await page.getByLabel('API key or access token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

async function takePicture(page: Page, { url }: Server, view: View): Promise<Buffer> {
  // Another address first: a new fragment alone does not load the page again.
  await page.goto('about:blank');
  await page.goto(`${url}/${view.address}`);
  await page.locator(view.shows).first().waitFor();
  await view.prepare?.(page);
  await sleep(1500);
  return page.screenshot({ fullPage: view.prepare === undefined });
}

async function takeAll(browser: Browser, server: Server, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const width of [1280, 390])
    for (const dark of [false, true]) {
      const page = await openPage(browser, { width, dark });
      const pathOf = (name: string) => join(folder, `${name}-${width}-${dark ? 'dark' : 'light'}.png`);
      await page.goto(server.url);
      await page.getByLabel('API key or access token').waitFor();
      await page.screenshot({ path: pathOf('login') });
      await logIn(page, server);
      for (const view of views)
        await takePicture(page, server, view).then(
          (picture) => writeFile(pathOf(view.name), picture),
          (error: unknown) => console.error(`${view.name} at ${width}: ${error}`),
        );
      await page.context().close();
    }
}

async function takePublic(browser: Browser, server: Server): Promise<void> {
  const page = await openPage(browser, { width: 1280, dark: false });
  await logIn(page, server);
  for (const view of views) {
    if (view.picture === undefined) continue;
    const picture = await takePicture(page, server, view);
    // A palette makes it a third as large.
    await sharp(picture)
      .png({ palette: true, effort: 10 })
      .toFile(join(root, 'docs', view.picture));
  }
}

const { values } = parseArgs({ options: { all: { type: 'string' } } });
const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-pictures-'));
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
const server = await startServer(dataDir);
try {
  await submitPictureJobs(server.client, browser, (name) => readFile(join(root, 'examples/photos', name)));
  if (values.all === undefined) await takePublic(browser, server);
  else await takeAll(browser, server, values.all);
} finally {
  await browser.close();
  server.process.kill('SIGTERM');
  await once(server.process, 'exit');
  await rm(dataDir, { recursive: true, force: true });
}
