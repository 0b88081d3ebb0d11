/** The viewers of the console, each with a result of its kind, in a real browser. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { copyOperation } from '../../../scripts/copy-operation.ts';
import { findAxeViolations } from '../../support/axe.ts';
import { launchChromium } from '../../support/chromium.ts';
import { type ConsoleTab, openConsole } from '../../support/console.ts';
import { pointsPly, squareGlb, squareMtl, squareObj } from '../../support/models.ts';
import { photo } from '../../support/photos.ts';
import { slide } from '../../support/slides.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let folder: string;
let darkroom: Darkroom;
let browser: Browser;
let tab: ConsoleTab;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-viewers-'));
  await writeFile(join(folder, 'copy.yaml'), copyOperation);
  [darkroom, browser] = await Promise.all([
    startStack({ env: { DARKROOM_OPERATIONS: folder, DARKROOM_SANDBOX: 'off' } }),
    launchChromium({ webGl: true }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await darkroom?.dispose();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  tab = await openConsole(browser, darkroom.url);
  page = tab.page;
});
afterEach(async () => {
  expect(tab.complaints).toEqual([]);
  await tab.close();
});

const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look);

/** Runs a job and opens its page. */
async function show(
  id: string,
  operation: string,
  files: Readonly<Record<string, Buffer | string>> = {},
  params: object = {},
): Promise<void> {
  const form = new FormData();
  form.append('job', JSON.stringify({ id, operation, params }));
  for (const [name, bytes] of Object.entries(files)) form.append(name, new Blob([bytes]), name);
  expect((await darkroom.request('/v1/jobs', { method: 'POST', body: form })).status).toBe(202);
  await darkroom.until(id, 'completed');
  await tab.goTo(`#/jobs/${id}`);
}

/** Share of the pixels of an element that are red. */
async function redShare(selector: string): Promise<number> {
  const picture = sharp(await page.locator(selector).screenshot());
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let red = 0;
  for (let at = 0; at < data.length; at += 3)
    if ((data[at] ?? 0) > 120 && (data[at + 1] ?? 0) < 90 && (data[at + 2] ?? 0) < 90) red += 1;
  return red / (info.width * info.height);
}

/** A second of a canvas, as WebM. */
async function recordVideo(): Promise<Buffer> {
  const other = await browser.newPage();
  const bytes = await other.evaluate(`(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 48];
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm' });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => { recorder.onstop = resolve; });
    recorder.start();
    for (let frame = 0; frame < 20; frame++) {
      context.fillStyle = frame % 2 ? '#f00' : '#00f';
      context.fillRect(0, 0, 64, 48);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    recorder.stop();
    await ended;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  })()`);
  await other.close();
  return Buffer.from(bytes as number[]);
}

test('3D models: GLB, OBJ with material and texture, PLY', async () => {
  const skin = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();
  await show('models', 'test.copy', {
    'square.obj': squareObj,
    'square.mtl': squareMtl,
    'skin.png': skin,
    'points.ply': pointsPly,
  });
  await eventually(() => redShare('.model canvas')).toBeGreaterThan(0.05);
  await page.getByRole('tab', { name: 'points.ply' }).click();
  await page.getByRole('img', { name: '3D model points.ply' }).waitFor();
  await eventually(() => redShare('.model canvas')).toBeGreaterThan(0.002);

  await show('glb', 'test.copy', { 'square.glb': squareGlb() });
  await eventually(() => redShare('.model canvas')).toBeGreaterThan(0.05);
  expect(await findAxeViolations(page)).toEqual([]);

  await show('broken', 'test.copy', { 'broken.glb': 'not a model' });
  await eventually(() => page.locator('.model-bar').textContent()).toMatch(/cannot be shown/);
});

test('points of a slide, by channel and score', async () => {
  const { png } = await slide({ width: 300, height: 240, nuclei: 20 });
  await show('slide', 'poi_detection', { 'slide.png': png });
  const { data } = (await (await darkroom.request('/v1/jobs/slide/result')).json()) as {
    data: { count: number; points: { score: number; channel: string }[] };
  };
  const status = () => page.locator('.points [role="status"]').textContent();
  await eventually(status).toBe(`${data.count} of ${data.count} points`);
  /** Whether the overlay differs from an empty one of its size. */
  const painted = () =>
    page.evaluate(`(() => {
      const overlay = document.querySelector('.zoom-overlay');
      const empty = document.createElement('canvas');
      [empty.width, empty.height] = [overlay.width, overlay.height];
      return overlay.width > 300 && overlay.toDataURL() !== empty.toDataURL();
    })()`);
  await eventually(painted).toBe(true);
  await page.getByLabel('Score from').fill('0.8');
  const good = data.points.filter(({ score }) => score >= 0.8).length;
  await eventually(status).toBe(`${good} of ${data.count} points`);
  await page.getByRole('checkbox', { name: 'haematoxylin' }).uncheck();
  await eventually(status).toBe(`0 of ${data.count} points`);
  await eventually(painted).toBe(false);
  expect(await findAxeViolations(page)).toEqual([]);
});

test('pictures zoom in a lightbox, which Back closes', async () => {
  await show('pictures', 'test.copy', {
    'chelsea.jpg': await photo('chelsea.jpg'),
    'rocket.jpg': await photo('rocket.jpg'),
  });
  await page.getByRole('button', { name: 'View chelsea.jpg' }).click();
  const frame = page.getByRole('dialog').locator('.zoom-frame');
  await eventually(async () => (await sharp(await frame.screenshot()).stats()).isOpaque).toBe(true);
  await eventually(async () => (await sharp(await frame.screenshot()).stats()).entropy).toBeGreaterThan(3);
  await page.keyboard.press('ArrowRight');
  await page.getByRole('dialog', { name: 'rocket.jpg' }).waitFor();
  await page.goBack();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(page.url()).toMatch(/#\/jobs\/pictures$/);
  // Closed otherwise, it leaves nothing for Back.
  await page.getByRole('button', { name: 'View rocket.jpg' }).click();
  await page.locator('dialog:modal').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await eventually(() => page.evaluate('history.state')).toBeNull();
  await page.goBack();
  expect(page.url()).not.toMatch(/#\/jobs\/pictures$/);
});

test('a picture before and after', async () => {
  await show('compare', 'image.transform', { 'chelsea.jpg': await photo('chelsea.jpg') }, { width: 100 });
  await page.getByRole('tab', { name: 'Before and after' }).click();
  const widthOf = (name: string) =>
    page.getByRole('img', { name }).evaluate((img) => Reflect.get(img, 'naturalWidth'));
  await eventually(() => widthOf('chelsea.jpg after')).toBe(100);
  await eventually(() => widthOf('chelsea.jpg before')).toBe(
    (await sharp(await photo('chelsea.jpg')).metadata()).autoOrient.width,
  );
  await page.getByLabel('Share of the original').press('End');
  await eventually(() => page.getByRole('img', { name: 'before' }).getAttribute('style')).toMatch(
    /inset\(0(px)? 0%/,
  );
});

test('a gallery in a frame, whose scripts do not run', async () => {
  await show('gallery', 'image.gallery', { 'chelsea.jpg': await photo('chelsea.jpg') });
  const picture = page.frameLocator('.page-frame').locator('img').first();
  await eventually(() => picture.evaluate((img) => Reflect.get(img, 'naturalWidth'))).toBeGreaterThan(0);

  const evil = '<h1>Mine</h1><script>parent.document.title = "stolen"; document.title = "ran"</script>';
  await show('evil', 'test.copy', { 'index.html': evil });
  await page.frameLocator('.page-frame').getByText('Mine').waitFor();
  await eventually(() => page.title()).toBe('evil · darkroom');
  // The browser reports the script that it did not run.
  expect(
    tab.complaints.splice(0).every((text) => /Blocked script execution|Content Security Policy/.test(text)),
  ).toBe(true);
});

test('a PDF and a video in place', async () => {
  // The frame of the viewer is not among the frames of the page, so its picture is looked at.
  const printed = await browser.newPage();
  await printed.setContent('<body style="background: #f00; margin: 0; height: 2000px"></body>');
  const pdf = await printed.pdf({ printBackground: true });
  await printed.close();
  await show('pdf', 'test.copy', { 'report.pdf': pdf });
  await eventually(() => redShare('.page-frame')).toBeGreaterThan(0.3);
  expect(await findAxeViolations(page)).toEqual([]);

  await show('video', 'test.copy', { 'clip.webm': await recordVideo() });
  const width = () => page.locator('video').evaluate((video) => Reflect.get(video, 'videoWidth'));
  await eventually(width).toBe(64);
  expect(await findAxeViolations(page)).toEqual([]);
});

test('the report on a disk image, with a search of its packages', async () => {
  await show(
    'disk',
    'system.echo',
    {},
    {
      image: {
        path: 'web-01.qcow2',
        format: 'qcow2',
        virtual_size: 21_474_836_480,
        file_size: 1_804_337_152,
      },
      operating_system: {
        type: 'linux',
        product_name: 'Debian <b>12</b>',
        hostname: 'web-01',
        arch: 'x86_64',
      },
      packages: {
        count: 3,
        manager: 'deb',
        details: ['bash', 'nginx', 'nginx-core'].map((name) => ({ name, version: '1.2-3', arch: 'amd64' })),
      },
      services: [{ name: 'nginx.service', state: 'enabled' }],
      filesystems: [{ type: 'ext4', mountpoint: '/', total: 1000, used: 250, free: 750 }],
      encrypted: false,
      notes: ['The journal of / was not replayed.'],
    },
  );
  await eventually(() => page.locator('.system').textContent()).toMatch(/Debian <b>12<\/b>.*web-01/s);
  await page.getByLabel('Find').fill('nginx');
  await eventually(() => page.locator('.packages tbody tr').count()).toBe(2);
  await eventually(() => page.locator('.disk').textContent()).toMatch(/The journal of \/ was not replayed/);
  expect(await findAxeViolations(page)).toEqual([]);
});

test('a pipeline as a graph', async () => {
  const form = new FormData();
  const steps = {
    small: { operation: 'image.transform', params: { width: 32 } },
    sheet: { operation: 'image.contact-sheet', use: ['small'] },
  };
  form.append('job', JSON.stringify({ id: 'graph', steps }));
  form.append('a', new Blob([await photo('chelsea.jpg')]), 'chelsea.jpg');
  await darkroom.request('/v1/jobs', { method: 'POST', body: form });
  await darkroom.until('graph', 'completed');
  await tab.goTo('#/jobs/graph');
  await eventually(() => page.locator('.graph').textContent()).toMatch(/small.*completed.*sheet.*completed/s);
  await eventually(() => page.locator('.graph .edge').count()).toBe(1);
  expect(await findAxeViolations(page)).toEqual([]);
});

test('no page has faults that axe finds, in light and dark', async () => {
  const { id } = await darkroom.submit({
    operation: 'test.echo',
    params: { fail: 'permanent' },
    labels: { album: 'cats' },
  });
  await darkroom.until(id, 'failed');
  for (const dark of [false, true]) {
    const other = await openConsole(browser, darkroom.url, { dark, width: dark ? 390 : 1100 });
    for (const place of [
      '',
      `#/jobs/${id}`,
      '#/new/image.transform',
      '#/operations',
      '#/templates',
      '#/templates/product-photo',
      '#/new/product-photo@1',
      '#/operations/image.gallery',
      '#/usage',
    ]) {
      await other.goTo(place);
      await other.page.locator('main h1').first().waitFor();
      await eventually(() => other.page.locator('main').textContent()).not.toContain('Loading');
      expect([place, await findAxeViolations(other.page)]).toEqual([place, []]);
    }
    expect(other.complaints).toEqual([]);
    await other.close();
  }
});
