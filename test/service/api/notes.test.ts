/** What was skipped in a directory, and what is doubtful in a result, reaches each client. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { cli } from '../../support/cli.ts';
import { openConsole } from '../../support/console.ts';
import { encodeHeic } from '../../support/heic.ts';
import { noise } from '../../support/pictures.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let folder: string;
let darkroom: Darkroom;
let web: Web;
let browser: Browser;

const SKIPPED = [
  '"album/": 2 files were skipped (anim.gif, read me.txt); only JPEG, PNG, TIFF, WebP, AVIF and HEIC files are used',
  '"album/": 1 directory was skipped (phone); name each directory as an asset of its own',
];
const DAMAGED =
  'Asset 0 ("cut.jpg") is damaged: it ends too early, as if it had been cut off on its way; ' +
  'the part that can be decoded was used';

const spec = {
  operation: 'image.transform',
  params: { width: 16, on_damaged: 'accept' },
  assets: [{ source: { path: 'album/' } }],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-notes-'));
  await mkdir(join(folder, 'album/phone'), { recursive: true });
  const jpeg = await noise(200, 100).jpeg().toBuffer();
  await writeFile(join(folder, 'album/cut.jpg'), jpeg.subarray(0, jpeg.length / 2));
  await writeFile(join(folder, 'album/anim.gif'), await noise(9, 9).gif().toBuffer());
  await writeFile(join(folder, 'album/read me.txt'), 'no photograph');
  await writeFile(join(folder, 'album/phone/IMG_1.HEIC'), await encodeHeic(noise(64, 64)));
  [darkroom, web, browser] = await Promise.all([
    startStack({ env: { DARKROOM_INPUT_ROOTS: folder } }),
    startWeb(),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await darkroom?.dispose();
  await web?.close();
  await rm(folder, { recursive: true, force: true });
});

test('the native API, its callback, the console and the command line show them', async () => {
  await darkroom.submit({ ...spec, id: 'noted', callback: { url: `${web.url}/hook` } });
  expect(await darkroom.until('noted', 'completed')).toMatchObject({ notes: SKIPPED });
  const result = await (await darkroom.request('/v1/jobs/noted/result')).json();
  expect(result).toMatchObject({ notes: [{ code: 'damage_accepted', message: DAMAGED, asset: 0 }] });

  await expect.poll(() => web.received.length).toBe(1);
  expect(JSON.parse(web.received[0]?.body ?? '')).toMatchObject({ data: { id: 'noted', notes: SKIPPED } });

  const tab = await openConsole(browser, darkroom.url);
  await tab.goTo('#/jobs/noted');
  for (const note of [...SKIPPED, DAMAGED])
    await expect
      .poll(() => tab.page.locator('.note').allTextContents())
      .toContainEqual(expect.stringContaining(note));
  await tab.close();

  const env = { DARKROOM_URL: darkroom.url };
  const status = await cli(['status', 'noted'], { env });
  const watched = await cli(['watch', 'noted'], { env });
  for (const note of SKIPPED) expect(status.stdout).toContain(note);
  for (const note of [...SKIPPED, DAMAGED]) expect(watched.stderr).toContain(`Note: ${note}\n`);
});

test('a subdirectory that is named as an asset adds its HEIC pictures', async () => {
  const { id } = await darkroom.submit({ ...spec, assets: [{ source: { path: 'album/phone/' } }] });
  const job = await darkroom.until(id, 'completed');
  expect(job).toMatchObject({ assets: { total: 1, failed: 0 } });
  expect(job).not.toHaveProperty('notes');
  const { files } = (await (await darkroom.request(`/v1/jobs/${id}/files`)).json()) as {
    files: { path: string }[];
  };
  expect(files.map(({ path }) => path)).toEqual(['IMG_1.jpg']);
});
