/** What jobs took: on the job, and added up. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UsageReport } from '../../../src/client/types.ts';
import { cli } from '../../support/cli.ts';
import { storedBelow } from '../../support/more-assets.ts';
import { plain } from '../../support/pictures.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let picture: Buffer;

beforeAll(async () => {
  picture = await plain(64, 64).png().toBuffer();
  web = await startWeb({ '/a.png': picture });
  darkroom = await startStack();
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

const report = async (query = '') =>
  (await (await darkroom.request(`/v1/usage${query}`)).json()) as UsageReport;

test('counts bytes and seconds of a run, also after the job was deleted', async () => {
  const source = { url: `${web.url}/a.png` };
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 8 },
    assets: [{ source }, { source }],
  });
  const { usage } = await darkroom.until(id, 'completed');
  expect(usage.bytes_in).toBe(2 * picture.length);
  expect(usage.bytes_out).toBeGreaterThan(20);
  expect(usage.compute_seconds).toBeGreaterThan(0);
  const { files } = (await (await darkroom.request(`/v1/jobs/${id}/files`)).json()) as {
    files: { size: number }[];
  };
  expect(files.reduce((sum, { size }) => sum + size, 0)).toBe(usage.bytes_out);

  // A rerun that keeps what was computed has computed nothing.
  await darkroom.request(`/v1/jobs/${id}/rerun?assets=failed`, { method: 'POST' });
  await expect
    .poll(async () => {
      const job = await darkroom.get(id);
      return job.run === 2 && job.state;
    })
    .toBe('completed');
  expect(await storedBelow(darkroom, id, 'runs/2/main/output-')).toEqual([]);

  const lost = await darkroom.submit({ operation: 'system.echo' });
  await darkroom.until(lost.id, 'completed');
  await darkroom.request(`/v1/jobs/${id}`, { method: 'DELETE' });
  const { usage: rows, ...rest } = await report();
  const today = new Date().toISOString().slice(0, 10);
  expect(rest).toEqual({ tenant: 'public', from: `${today.slice(0, 8)}01`, to: today });
  expect(rows).toMatchObject([
    { day: today, operation: 'image.transform', jobs: { completed: 2 }, bytes_in: 4 * picture.length },
    { day: today, operation: 'system.echo', jobs: { completed: 1 }, bytes_in: 0 },
  ]);

  const { stdout } = await cli(['usage', '--url', darkroom.url]);
  expect(stdout).toMatch(/DAY +OPERATION +COMPLETED/);
  expect(stdout).toMatch(new RegExp(`${today} +image.transform +2 +0 +0`));
});

test.each([
  ['?from=yesterday', '/from'],
  ['?from=2026-11-31', '/from'],
  ['?from=2026-11-02&to=2026-11-01', '/from'],
  ['?from=2020-01-01&to=2026-11-01', '/from'],
  ['?from=0001-01-01&to=9999-12-31', '/from'],
  ['?since=2026-11-01', '/since'],
])('rejects %s with a pointer to the error', async (query, pointer) => {
  const response = await darkroom.request(`/v1/usage${query}`);
  expect(response.status).toBe(422);
  expect(((await response.json()) as { errors: unknown[] }).errors).toMatchObject([{ pointer }]);
});
