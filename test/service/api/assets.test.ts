/** Assets of a job, read again: what was uploaded or downloaded, and nothing of the server. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTenants, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

let tenants: Tenants;
let web: Web;
beforeAll(async () => {
  web = await startWeb({ '/far.txt': Buffer.from('from afar') });
  tenants = await startTenants();
  await mkdir(join(tenants.dataDir, 'inputs/acme'), { recursive: true });
  await writeFile(join(tenants.dataDir, 'inputs/acme/near.txt'), 'on the server');
});
afterAll(async () => {
  await tenants.server.dispose();
  await web.close();
});

const read = (index: string | number, id = 'mixed') => tenants.acme.request(`/v1/jobs/${id}/assets/${index}`);

test('returns uploads and downloads by position, with their type and ranges', async () => {
  const form = new FormData();
  const count = 70;
  const uploads = Array.from({ length: count }, (_, at) => ({
    name: `${at}.txt`,
    source: { upload: `f${at}` },
  }));
  const assets = [{ source: { url: `${web.url}/far.txt` } }, { source: { path: 'near.txt' } }, ...uploads];
  form.append(
    'job',
    JSON.stringify({ id: 'mixed', operation: 'image.metadata', params: { on_error: 'skip' }, assets }),
  );
  for (let at = 0; at < count; at++) form.append(`f${at}`, new Blob([`upload ${at}`]), `${at}.txt`);
  expect((await tenants.acme.request('/v1/jobs', { method: 'POST', body: form })).status).toBe(202);
  // None of them is a picture; they were downloaded all the same.
  await tenants.server.until('mixed', 'failed');

  expect(await (await read(0)).text()).toBe('from afar');
  const one = await read(2);
  expect([await one.text(), one.headers.get('content-type')]).toEqual(['upload 0', 'text/plain']);
  expect(one.headers.get('content-security-policy')).toMatch(/sandbox/);
  for (const at of [13, 14, 31, 32, 69]) expect(await (await read(at + 2)).text()).toBe(`upload ${at}`);
  const part = await tenants.acme.request('/v1/jobs/mixed/assets/2', { headers: { range: 'bytes=7-' } });
  expect([part.status, await part.text()]).toEqual([206, '0']);
});

test('returns no file of the server, no unknown asset, and nothing to other tenants', async () => {
  for (const index of [1, 72, 999_999_999]) {
    const response = await read(index);
    expect([index, response.status, await response.json()]).toEqual([
      index,
      404,
      expect.objectContaining({ code: 'file_not_found' }),
    ]);
  }
  for (const index of ['-1', '1e3', '..%2f..%2fjob.json', 'x']) expect((await read(index)).status).toBe(404);
  expect((await tenants.beta.request('/v1/jobs/mixed/assets/0')).status).toBe(404);
  expect((await read(0, 'none')).status).toBe(404);
});
