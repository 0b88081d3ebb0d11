/** The console in a real browser, against a real server. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { type ConsoleTab, openConsole } from '../../support/console.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

const photoPath = (name: string) =>
  fileURLToPath(new URL(`../../../examples/photos/${name}`, import.meta.url));
const hostile = '<img src=x onerror=alert(1)>';

let darkroom: Darkroom;
let web: Web;
let browser: Browser;
let tab: ConsoleTab;
let page: Page;

beforeAll(async () => {
  [darkroom, browser, web] = await Promise.all([startStack(), launchChromium(), startWeb()]);
});
afterAll(async () => {
  await browser?.close();
  await darkroom?.dispose();
  await web?.close();
});
beforeEach(async () => {
  tab = await openConsole(browser, darkroom.url);
  page = tab.page;
});
afterEach(async () => {
  expect(tab.complaints).toEqual([]);
  expect(
    tab.requestedUrls.filter((url) => !url.startsWith(darkroom.url) && !url.startsWith('blob:')),
  ).toEqual([]);
  await tab.close();
});

/** The page polls every few seconds. */
const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look);
const sees = (text: string | RegExp) => eventually(() => page.locator('main').textContent()).toMatch(text);
const state = () => page.locator('.job-head .badge').textContent();
const row = (id: string) => page.locator('tr').filter({ hasText: id });
const button = (name: string) => page.getByRole('button', { name, exact: true });

describe('a new job', () => {
  test('with a local photograph completes, shows the picture, and offers it as a download', async () => {
    await tab.goTo('#/new/image.transform');
    await page.getByLabel('Choose files').setInputFiles(photoPath('chelsea.jpg'));
    await page.getByLabel('width').fill('200');
    await page.getByText('more parameters').click();
    await page.getByLabel('format').selectOption('webp');
    await page.getByText('Id, callback').click();
    await page.getByLabel('Job id').fill('cat-1');
    await page.getByLabel('Labels').fill('album=cats');
    await button('Submit').click();

    await page.waitForURL(/#\/jobs\/cat-1$/);
    await eventually(state).toBe('completed');
    expect(await darkroom.get('cat-1')).toMatchObject({ labels: { album: 'cats' } });
    await sees(/album\s+cats/);
    await sees(/created[\s\S]*processing transform[\s\S]*completed/);

    const picture = button('View chelsea.webp').locator('img');
    await eventually(() =>
      picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth),
    ).toBe(200);

    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download all files as a ZIP' }).click();
    expect((await coming).suggestedFilename()).toBe('cat-1.zip');
  });

  test('with invalid parameters shows each error at its field and keeps the input', async () => {
    await tab.goTo('#/new/image.transform');
    await page.getByLabel('Choose files').setInputFiles([photoPath('coffee.jpg'), photoPath('rocket.jpg')]);
    const width = page.getByLabel('width');
    await width.fill('0');
    await eventually(() => page.getByLabel('background').isVisible()).toBe(false);
    await page.getByText('more parameters').click();
    await page.getByLabel('background').fill('reddish');
    await button('Submit').click();

    await eventually(() => width.getAttribute('aria-invalid')).toBe('true');
    const described = (await width.getAttribute('aria-describedby'))?.split(' ') ?? [];
    await eventually(() => page.locator(`[id="${described[0]}"]`).textContent()).toMatch(/at least 1/);
    await eventually(() => page.getByLabel('background').getAttribute('aria-invalid')).toBe('true');
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/2 fields are invalid/);
    await eventually(() => page.locator(':focus').getAttribute('id')).toBe('/params/width');

    // An error goes when its field is mended; the focus stays there.
    await width.fill('120');
    await eventually(() => width.getAttribute('aria-invalid')).toBe('false');
    await eventually(() => page.getByLabel('background').getAttribute('aria-invalid')).toBe('true');
    await eventually(() => page.locator(':focus').getAttribute('id')).toBe('/params/width');
    await page.getByLabel('background').fill('');
    await button('Submit').click();
    await eventually(state).toBe('completed');
    await eventually(() => page.getByRole('button', { name: /^View/ }).count()).toBe(2);

    // Back keeps what was typed, with the files.
    await page.goBack();
    await eventually(() => width.inputValue()).toBe('120');
    await eventually(() => page.locator('.submit .card').count()).toBe(2);
    await page.reload();
    await eventually(() => width.inputValue()).toBe('120');
  });

  test('begins with a preset, a picked colour, or the request of another job', async () => {
    await tab.goTo('#/new/image.transform');
    await button('Thumbnail').click();
    await eventually(() => page.getByLabel('width').inputValue()).toBe('320');
    await page.getByText('more parameters').click();
    await page.getByLabel('background').fill('#00000080');
    await page.getByLabel('Pick a colour').first().fill('#ff8800');
    await eventually(() => page.getByLabel('background').inputValue()).toBe('#ff880080');
    await button('Save as preset …').click();
    const name = page.getByLabel('Name of the preset');
    await name.fill('Mine');
    await name.press('Enter');
    await eventually(() => button('Mine').count()).toBe(1);
    await page.reload();
    await eventually(() => button('Mine').count()).toBe(1);
    await button('Delete the preset Mine').click();
    await eventually(() => button('Mine').count()).toBe(0);

    await page.getByText('Show as code').click();
    await page.getByRole('tab', { name: 'Python' }).click();
    await eventually(() => page.getByLabel('Python program').textContent()).toMatch(
      /"background": "#ff880080"/,
    );

    const { id } = await darkroom.submit({
      operation: 'image.metadata',
      params: { on_error: 'skip' },
      assets: [{ source: { url: `${web.url}/none.jpg` } }],
      labels: { album: 'cats' },
    });
    await darkroom.until(id, 'failed');
    await tab.goTo(`#/jobs/${id}`);
    await page.getByRole('link', { name: 'Run again with changes …' }).click();
    await eventually(() => page.getByLabel('URLs, or paths').inputValue()).toBe(`${web.url}/none.jpg`);
    await eventually(() => page.getByLabel('on_error').inputValue()).toBe('"skip"');
  });

  test('rejects invalid JSON before sending it; the server reports a missing asset', async () => {
    await tab.goTo('#/new/system.echo');
    const params = page.getByLabel('Parameters as JSON');
    await params.fill('{"a": }');
    await button('Submit').click();
    await eventually(() => params.getAttribute('aria-invalid')).toBe('true');
    expect(tab.requestedUrls.filter((url) => url.endsWith('/v1/jobs'))).toEqual([]);
    await params.fill('{"deep": {"a": [1, "two"]}}');
    await button('Submit').click();
    await eventually(state).toBe('completed');
    await sees('"two"');

    await page.getByRole('link', { name: 'New job' }).click();
    await page.getByLabel('Operation or template').selectOption('image.metadata');
    await page.waitForURL(/image\.metadata$/);
    await button('Submit').click();
    await sees(/takes 1 to 10000, and got 0/);
  });
});

test('a template is found, and run from a form of its parameters in the chosen version', async () => {
  const template = (text: string) => ({
    title: 'Proof',
    params: {
      type: 'object',
      properties: { width: { type: 'integer', minimum: 8, default: 64, description: text } },
    },
    steps: { small: { operation: 'image.transform', params: { width: '${params.width}' } } },
  });
  for (const text of ['Pixels', 'Width in pixels'])
    await darkroom.request('/v1/templates/proof', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(template(text)),
    });
  await tab.goTo('#/templates');
  await page.getByRole('link', { name: 'Proof', exact: true }).click();
  await sees(/Width in pixels[\s\S]*image\.transform/);
  await page.getByRole('link', { name: '1', exact: true }).click();
  await sees(/proof@1[\s\S]*Pixels/);
  await page.getByRole('link', { name: 'New job' }).last().click();
  await page.waitForURL(/#\/new\/proof(@|%40)1$/);
  await page.getByLabel('Version of the template').selectOption('2');
  await page.waitForURL(/#\/new\/proof(@|%40)2$/);
  await sees('Width in pixels');
  await page.getByLabel('width').fill('3');
  await page.getByLabel('Choose files').setInputFiles(photoPath('chelsea.jpg'));
  await page.getByText('Id, callback').click();
  await page.getByLabel('Job id').fill('proof-1');
  await button('Submit').click();
  await eventually(() => page.getByLabel('width').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('width').fill('32');
  await button('Submit').click();
  await page.waitForURL(/#\/jobs\/proof-1$/);
  await eventually(state).toBe('completed');
  expect(await darkroom.get('proof-1')).toMatchObject({ template: 'proof@2' });
});

describe('a running job', () => {
  test('shows live progress, and can be paused, resumed and cancelled; other actions are disabled', async () => {
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { delay_ms: 600_000, steps: 1000 },
    });
    await tab.goTo(`#/jobs/${id}`);
    await eventually(state).toBe('processing');
    await eventually(async () =>
      Number(await page.getByRole('progressbar').getAttribute('value')),
    ).toBeGreaterThan(0);
    await eventually(() => button('Run again').isDisabled()).toBe(true);
    await eventually(() => button('Resume').isDisabled()).toBe(true);
    await button('Pause').click();
    await eventually(state).toBe('paused');
    await button('Resume').click();
    await eventually(state).toBe('processing');
    await button('Cancel').click();
    await eventually(state).toBe('cancelled');
    await eventually(() => button('Cancel').isDisabled()).toBe(true);
    await eventually(() => button('Run again').isDisabled()).toBe(false);
  });

  test('shows its log as it grows, and its failed attempts with their worker', async () => {
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { fail: 'transient', delay_ms: 1000 },
    });
    await tab.goTo(`#/jobs/${id}`);
    const log = () => page.getByRole('log', { name: 'Log of the job' }).textContent();
    await eventually(log).toMatch(/Submitted[\s\S]*Stage echo begins/);
    await eventually(log).toMatch(/warning[\s\S]*Attempt 1 failed[\s\S]*Attempt 2 completed[\s\S]*Completed/);
    const timeline = () => page.locator('.waterfall').textContent();
    await eventually(timeline).toMatch(
      /processing echo[\s\S]*attempt 1 echo[\s\S]*worker \d+@[\s\S]*attempt 2 echo/,
    );
    await page.getByLabel('Stage').selectOption('echo');
    expect(await log()).not.toContain('Submitted');
    expect(await log()).toContain('Attempt 2 completed');
  });

  test('changes in the list without a reload, and is found by its state', async () => {
    await tab.goTo('');
    await page.getByLabel('Operation').selectOption('test.echo');
    await page.waitForURL(/operation=test\.echo/);
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 600_000 } });
    await eventually(() => row(id).textContent()).toMatch(/processing/);
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    await eventually(() => row(id).textContent()).toMatch(/cancelled/);
    await page
      .getByRole('navigation', { name: 'State' })
      .getByRole('link', { name: /Completed/ })
      .click();
    await eventually(() => row(id).count()).toBe(0);
    await page.goBack();
    await eventually(() => row(id).count()).toBe(1);
  });

  test('is found by id and label, and cancelled together with others for a reason', async () => {
    const ids = ['bulk-1', 'bulk-2', 'bulk-3'];
    for (const id of ids)
      await darkroom.submit({
        id,
        operation: 'test.echo',
        params: { delay_ms: 600_000 },
        labels: { set: id },
      });
    await tab.goTo('');
    await page.getByLabel('Find').fill('bulk-');
    await page.keyboard.press('Enter');
    await page.waitForURL(/id_prefix=bulk-/);
    await eventually(() => page.locator('.jobs tbody tr').count()).toBe(3);
    await page.getByRole('navigation', { name: 'State' }).getByText('Unfinished 3').waitFor();
    await page.getByLabel('Select bulk-1').check();
    await page.getByLabel('Select bulk-3').check();
    await button('Cancel …').click();
    await page.getByLabel('Reason').fill('no longer needed');
    await button('Cancel 2 jobs').click();
    await eventually(() => row('bulk-3').textContent()).toMatch(/cancelled/);
    await darkroom.until('bulk-1', 'cancelled');
    expect((await darkroom.get('bulk-1')).error?.message).toMatch(/no longer needed/);
    expect((await darkroom.get('bulk-2')).state).not.toBe('cancelled');
    await darkroom.request('/v1/jobs/bulk-2/cancel', { method: 'POST' });
    await darkroom.until('bulk-2', 'cancelled');
    await page.getByLabel('Select all jobs of this page').check();
    await button('Run again …').click();
    await page.getByLabel('Reason').fill('cancelled by mistake');
    await button('Run 3 jobs again').click();
    await eventually(async () => (await darkroom.get('bulk-2')).rerun_reason).toBe('cancelled by mistake');
    for (const id of ids) await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    await page.getByLabel('Find').fill('set=bulk-3');
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('.jobs tbody tr').count()).toBe(1);
    await eventually(() => row('bulk-3').count()).toBe(1);
  });
});

describe('an ended job', () => {
  test('with an error shows the cause in the list and on its page, and runs again', async () => {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { fail: 'permanent' } });
    await darkroom.until(id, 'failed');
    await tab.goTo('');
    await eventually(() => row(id).textContent()).toMatch(/failed[\s\S]*its parameter "fail" requests it/);
    await page.getByRole('link', { name: id }).click();
    await sees(/its parameter "fail" requests it[\s\S]*operation_failed/);
    await button('Run again').click();
    await eventually(async () => (await darkroom.get(id)).run).toBe(2);
    await sees(/Run\s*2/);
    await eventually(state).toBe('failed');
  });

  test('is deleted after confirmation', async () => {
    const { id } = await darkroom.submit({ operation: 'system.echo' });
    await darkroom.until(id, 'completed');
    await tab.goTo(`#/jobs/${id}`);
    await button('Delete …').click();
    await button('Keep it').click();
    expect((await darkroom.request(`/v1/jobs/${id}`)).status).toBe(200);
    await button('Delete …').click();
    await button('Delete').click();
    await page.waitForURL(/#\/$/);
    expect((await darkroom.request(`/v1/jobs/${id}`)).status).toBe(404);
    await page.goBack();
    await sees(`There is no job "${id}"`);
  });

  test('shows its callback with each attempt, and sends it again', async () => {
    const { id } = await darkroom.submit({
      operation: 'system.echo',
      callback: { url: `${web.url}/told` },
    });
    await darkroom.until(id, 'completed');
    await tab.goTo(`#/jobs/${id}`);
    await sees(/delivered[\s\S]*job\.completed[\s\S]*204/);
    await button('Redeliver job.completed of run 1').click();
    await sees(/2 attempts/);
    expect(web.received.filter(({ path }) => path === '/told')).toHaveLength(2);
  });

  test('shows its failed assets, and previews text files', async () => {
    const form = new FormData();
    form.append('job', '{"id":"mixed","operation":"image.metadata","params":{"on_error":"skip"}}');
    form.append('a', new Blob([await photo('rocket.jpg')]), 'rocket.jpg');
    form.append('b', new Blob(['not a picture']), 'notes.txt');
    await darkroom.request('/v1/jobs', { method: 'POST', body: form });
    await darkroom.until('mixed', 'completed');
    await tab.goTo('#/jobs/mixed');
    await sees(/notes\.txt[\s\S]*asset_not_an_image[\s\S]*rocket\.jpg/);
    await eventually(() => page.getByLabel('Result as JSON').textContent()).toContain(
      'media_type: "image/jpeg"',
    );
    await button('Show result.json').click();
    await eventually(() => page.getByLabel('Contents of result.json').textContent()).toContain(
      'media_type: "image/jpeg"',
    );
  });
});

test('untrusted text is shown as text and never executed', async () => {
  const form = new FormData();
  const spec = { id: 'hostile', operation: 'image.transform', labels: { note: hostile } };
  form.append('job', JSON.stringify(spec));
  form.append('file', new Blob([await photo('chelsea.jpg')]), `${hostile}.jpg`);
  expect((await darkroom.request('/v1/jobs', { method: 'POST', body: form })).status).toBe(202);
  await darkroom.until('hostile', 'completed');
  await tab.goTo('#/jobs/hostile');
  await sees('note <img src=x onerror=alert(1)>');
  await sees(/<img src=x onerror=alert\(1\)>\.jpg/);
  await eventually(() => page.locator('img[src="x"]').count()).toBe(0);
  await tab.goTo(`#/jobs/${encodeURIComponent(hostile)}`);
  await sees(/^<img src=x onerror=alert\(1\)>[\s\S]*must be 1 to 128 letters/);
  await tab.goTo(`#/operations/${encodeURIComponent(hostile)}`);
  await sees(/There is no operation/);
});

test('every page has a URL: back, forward and reload work', async () => {
  const { id } = await darkroom.submit({ operation: 'system.echo', params: { kept: true } });
  await darkroom.until(id, 'completed');
  await tab.goTo('');
  await page
    .getByRole('navigation', { name: 'State' })
    .getByText(/Completed \d/)
    .waitFor();
  await row(id).waitFor();
  // The list refreshes itself, and asks for thumbnails.
  const asked = new Set(tab.requestedUrls.filter((url) => !url.includes('/v1/jobs/')));
  expect(asked.size).toBeLessThanOrEqual(10);
  await page.getByRole('link', { name: id }).click();
  await sees('kept: true');
  await page.getByRole('link', { name: 'Operations' }).click();
  await page.getByRole('link', { name: 'Gallery' }).click();
  await sees('page_size');
  await page.reload();
  await sees('page_size');
  await eventually(() => page.title()).toBe('image.gallery · darkroom');
  await page.goBack();
  await page.goBack();
  await sees('kept: true');
  await page.goForward();
  await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('Operations');
  await tab.goTo('#/somewhere/else');
  await sees('Page not found');
});

test('fits a phone in light and dark, without horizontal scrolling', async () => {
  const id = `long-${'x'.repeat(120)}`;
  await darkroom.submit({ id, operation: 'test.echo', params: { fail: 'permanent', text: 'y'.repeat(500) } });
  await darkroom.until(id, 'failed');
  for (const dark of [false, true]) {
    const narrow = await openConsole(browser, darkroom.url, { width: 390, dark });
    const places = [
      '',
      `#/jobs/${id}`,
      '#/jobs/mixed',
      '#/new/image.transform',
      '#/operations',
      '#/templates',
      '#/templates/product-photo',
      '#/new/product-photo@1',
      '#/operations/image.gallery',
      '#/usage',
    ];
    for (const place of places) {
      await narrow.goTo(place);
      await narrow.page.locator('main h1').first().waitFor();
      await eventually(() => narrow.page.locator('main').textContent()).not.toContain('Loading');
      const wide = await narrow.page
        .locator('body')
        .evaluate(({ ownerDocument }) => ownerDocument.documentElement.scrollWidth);
      expect(wide, place).toBeLessThanOrEqual(390);
    }
    await narrow.goTo('');
    await narrow.page.locator('.job-thumbnail img').first().waitFor();
    expect(narrow.complaints).toEqual([]);
    await narrow.close();
  }
});

test('works with the keyboard alone', async () => {
  const { id } = await darkroom.submit({ operation: 'system.echo' });
  await darkroom.until(id, 'completed');
  await tab.goTo('');
  await row(id).waitFor();
  await page.keyboard.press('Tab');
  await eventually(() => page.locator(':focus').textContent()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  await eventually(() => page.locator(':focus').getAttribute('id')).toBe('main');
  await page.getByLabel('Find').focus();
  await page.keyboard.type(id);
  await page.keyboard.press('Enter');
  await page.waitForURL(/id_prefix=/);
  await page.getByRole('link', { name: id }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`#/jobs/${id}$`));
  await button('Delete …').press('Enter');
  await page.keyboard.press('Escape');
  await eventually(() => page.locator(':focus').textContent()).toBe('Delete …');
});
