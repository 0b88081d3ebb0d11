/** The limit of assets, in every API. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiOperation, type CallValues, listApiOperations } from '../../support/api-calls.ts';
import { photo } from '../../support/photos.ts';
import { startTenants, type Tenant, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

let tenants: Tenants;
let web: Web;
let creations: readonly ApiOperation[];
let additions: readonly ApiOperation[];
let values: CallValues;

beforeAll(async () => {
  const bytes = await photo('chelsea.jpg');
  web = await startWeb({ '/a.jpg': bytes });
  tenants = await startTenants({ DARKROOM_QUEUE_UNAVAILABLE: '1', DARKROOM_ASSET_LIMITS: 'tenant:beta=1/h' });
  for (const tenant of ['acme', 'beta'])
    for (const name of ['1.jpg', '2.jpg', '3.jpg'])
      await writeFile(join(tenants.dataDir, 'inputs', tenant, name), bytes);
  const operations = await listApiOperations((path) => tenants.acme.request(path));
  const posts = operations.filter(({ method }) => method === 'POST');
  additions = posts.filter(({ path }) => path.endsWith('/assets'));
  const withoutAssets = ['/api/v1/task', '/v1/credentials', '/v1/plans', '/v1/session'];
  creations = posts.filter(
    ({ path }) => !path.includes('{') && !path.endsWith('/assets') && !withoutAssets.includes(path),
  );
  values = {
    ...{ job: randomUUID(), image_set_path: '.', algorithm_name: 'image.metadata' },
    ...{ file: new Uint8Array(bytes), image_url: `${web.url}/a.jpg` },
    ...{ notify_url: web.url, callback_url: web.url },
    assets: [{ source: { url: `${web.url}/a.jpg` } }],
  };
});
afterAll(async () => {
  await tenants.server.dispose();
  await web.close();
});

/** The example of the document has no asset. */
const inspection = {
  operation: 'guestkit.inspect',
  payload: { type: 'guestkit.inspect.v1', data: { image: { path: '1.jpg', format: 'raw' } } },
};

const send = ({ request }: Tenant, operation: ApiOperation, changes: Partial<CallValues> = {}) => {
  const { path, init } = operation.buildCall({
    ...values,
    job: randomUUID(),
    ...(operation.dialect === 'guestkit' ? inspection : {}),
    ...changes,
  });
  return request(path, init);
};

test('counts in each submission and each addition', async () => {
  const { acme, beta } = tenants;
  expect([creations.length, additions.length]).toEqual([5, 2]);
  const job = randomUUID();
  const waiting = { id: job, operation: 'image.metadata', await_assets: {} };
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } };
  expect((await beta.request('/v1/jobs', { ...json, body: JSON.stringify(waiting) })).status).toBe(202);
  const created = await (await beta.request('/api/v1/task', { method: 'POST' })).json();
  const { task_id } = (created as { data: { task_id: string } }).data;
  const first = creations.find(({ dialect }) => dialect === 'native') as ApiOperation;
  expect((await send(beta, first)).status).toBe(202);
  for (const operation of [...creations, ...additions]) {
    const changes =
      operation.path === '/api/v1/assets'
        ? { job: task_id }
        : { job: operation.path.includes('{') ? job : randomUUID() };
    const refused = await send(beta, operation, changes);
    const text = await refused.text();
    // By contract, image-web has a job that says why.
    const isTold = /Tenant .{0,2}beta.{0,2} may submit 1 assets|_limited|this request alone has/.test(text);
    expect([operation.path, [413, 429, 500].includes(refused.status), isTold, text]).toEqual([
      operation.path,
      true,
      true,
      text,
    ]);
    if (operation.namesJob && operation.path.includes('assets')) continue;
    const accepted = await send(acme, operation);
    expect([operation.path, accepted.ok, await accepted.text()]).toEqual([
      operation.path,
      true,
      expect.any(String),
    ]);
  }
});
