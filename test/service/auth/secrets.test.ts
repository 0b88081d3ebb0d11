/** Secrets of requests, keys and settings: whatever the server writes or answers has none of them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIENCE, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { photo } from '../../support/photos.ts';
import { freePort } from '../../support/ports.ts';
import { readTree } from '../../support/read-tree.ts';
import { temporalOf } from '../../support/temporal.ts';
import { makeKey, startTenants, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

let tenants: Tenants;
let provider: IdentityProvider;
let web: Web;
const secrets = new Map<string, string>();
/** A label, which is no secret: the scan finds it. */
const LABEL = `Label${randomBytes(12).toString('hex')}`;
/** What the API answered. */
const answers: string[] = [];

/** Returns a new secret, and remembers it. */
function mark(name: string): string {
  const secret = `S3cret${randomBytes(12).toString('hex')}`;
  secrets.set(name, secret);
  return secret;
}

/** Sends a request as acme, unless `headers` say otherwise. */
async function send(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = body === undefined ? {} : { method: 'POST', body: text };
  const response = await fetch(new URL(path, tenants.server.url), {
    ...init,
    headers: { authorization: `Bearer ${tenants.acme.key}`, 'content-type': 'application/json', ...headers },
  });
  answers.push(`${path.split('?')[0]} ${response.status} ${await response.clone().text()}`);
  return response;
}

/** Ids of the jobs that were accepted. */
const jobs: string[] = [];
async function submit(spec: object): Promise<string> {
  const id = randomUUID();
  const response = await send('/v1/jobs', {
    id,
    operation: 'image.metadata',
    labels: { name: LABEL },
    ...spec,
  });
  expect([response.status, await response.text()]).toEqual([202, expect.any(String)]);
  jobs.push(id);
  return id;
}

beforeAll(async () => {
  const bytes = await photo('chelsea.jpg');
  web = await startWeb({
    '/a.jpg': bytes,
    '/denied.jpg': (_, response) => void response.writeHead(403).end(),
    '/away.jpg': (request, response) =>
      void response
        .writeHead(302, { location: `http://10.0.0.1/b.jpg${new URL(request.url ?? '', web.url).search}` })
        .end(),
    '/broken': (_, response) => void response.writeHead(500).end(),
  });
  provider = await startIdentityProvider();
  const masterKey = randomBytes(32);
  secrets.set('the master key', masterKey.toString('base64'));
  secrets.set('the master key in hex', masterKey.toString('hex'));
  tenants = await startTenants({
    DARKROOM_AUTH: 'keys,oidc',
    DARKROOM_OIDC_ISSUER: provider.issuer,
    DARKROOM_OIDC_AUDIENCE: AUDIENCE,
    DARKROOM_MASTER_KEY: masterKey.toString('base64'),
    DARKROOM_LOG_LEVEL: 'debug',
    DARKROOM_QUEUE_UNAVAILABLE: '1',
    DARKROOM_CALLBACK_SCHEDULE_MS: '1000,1000',
  });
  for (const name of ['1.jpg', '2.jpg', '3.jpg'])
    await writeFile(join(tenants.dataDir, 'inputs', 'acme', name), bytes);
}, 120_000);
afterAll(async () => {
  await tenants?.server.dispose();
  await web?.close();
  await provider?.stop();
});

const source = (url: string) => ({ assets: [{ source: { url } }] });

/** Jobs of all APIs that succeed and fail with secrets in their URLs. */
async function runJobs(): Promise<void> {
  const hook = (name: string, path = '/hook') => ({
    callback: { url: `${web.url}${path}?token=${mark(name)}` },
  });
  await submit({ ...source(`${web.url}/a.jpg?sig=${mark('an asset URL')}`), ...hook('a callback URL') });
  await submit({
    ...source(`${web.url}/a.jpg?sig=${mark('an asset URL 2')}`),
    ...hook('a failing callback', '/broken'),
  });
  await submit({
    operation: 'image.metadata',
    ...source(`${web.url}/denied.jpg?sig=${mark('a denied asset')}`),
  });
  await submit(source(`${web.url}/missing.jpg?sig=${mark('a missing asset')}`));
  await submit(source(`${web.url}/away.jpg?sig=${mark('a redirected asset')}`));
  await submit(source(`http://127.0.0.1:${await freePort()}/a.jpg?sig=${mark('an asset without a server')}`));
  await submit(source(`http://nowhere.invalid/a.jpg?sig=${mark('an asset without a host')}`));
  const gone = `http://127.0.0.1:${await freePort()}/?token=${mark('a callback without a server')}`;
  await submit({ operation: 'system.echo', callback: { url: gone } });
  const created = await (await send('/api/v1/task', { operation: 'image.metadata', assets_total: 1 })).json();
  const { task_id } = (created as { data: { task_id: string } }).data;
  const data = [{ file_name: 'a.jpg', download_url: `${web.url}/a.jpg?sig=${mark('an asset of a task')}` }];
  expect((await send('/api/v1/assets', { task_id, data })).status).toBe(200);
  const algorithm = await send('/job-submission', {
    image_url: `${web.url}/a.jpg?sig=${mark('an image of primaa')}`,
    callback_url: `${web.url}/hook?token=${mark('a callback of primaa')}`,
    callback_token: mark('a callback token'),
    algorithm_name: 'image.metadata',
  });
  const { job_id } = (await algorithm.json()) as { job_id: string };
  const notify = { image_set_path: '.', notify_url: `${web.url}/hook?token=${mark('a notify URL')}` };
  const scene = (await (await send('/api/reconstruct', notify)).json()) as { job_id: string };
  jobs.push(task_id, job_id);
  for (const id of jobs)
    await expect
      .poll(async () => (await tenants.server.get(id)).state, { interval: 500 })
      .toMatch(/^(completed|failed)$/);
  // 409: the reconstruction has ended.
  expect([202, 409]).toContain((await send(`/v1/jobs/${scene.job_id}/cancel`, {})).status);
  jobs.push(scene.job_id);
  const link = (await (
    await send(`/v1/jobs/${jobs[0]}/links`, { path: 'metadata.json' })
  )
    .clone()
    .json()) as { url?: string };
  // The answer has the link, which is what it was asked for.
  const [, signature] = /signature=([^&]+)/.exec(link.url ?? '') ?? [];
  if (signature) {
    secrets.set('a signature of a link', signature);
    answers.pop();
    expect((await fetch(link.url ?? '')).status).toBe(200);
  }
}

/** Requests that are refused. */
async function sendRefused(): Promise<void> {
  const user = (name: string) => `http://user:${mark(name)}@images.example.com/a.jpg`;
  for (const url of [
    user('a password in a URL'),
    `http://10.0.0.1/a.jpg?sig=${mark('a private URL')}`,
    `http://:${mark('a URL that is none')}`,
  ])
    for (const [path, body] of [
      ['/v1/jobs', { operation: 'image.metadata', ...source(url) }],
      ['/v1/jobs', { operation: 'system.echo', callback: { url } }],
      [
        '/job-submission',
        { image_url: url, callback_url: url, callback_token: url, algorithm_name: 'image.metadata' },
      ],
      ['/api/reconstruct', { image_set_path: '.', notify_url: url }],
      ['/api/v1/assets', { task_id: jobs[0], data: [{ file_name: 'a', download_url: url }] }],
    ] as const)
      expect([path, (await send(path, body)).status]).toEqual([
        path,
        expect.toSatisfy((status) => status >= 400),
      ]);
  const [id, secret] = ['0123456789ab', mark('an unknown key')];
  const forged = `${(await provider.token('acme')).split('.').slice(0, 2).join('.')}.${mark('a forged token')}`;
  for (const credential of [`drk_${id}_${secret}`, mark('no credential'), forged])
    for (const headers of [
      { authorization: `Bearer ${credential}` },
      { authorization: `Basic ${Buffer.from(`any:${credential}`).toString('base64')}` },
      { 'x-api-key': credential, authorization: '' },
    ] as Record<string, string>[])
      expect((await send(`/v1/jobs?key=${mark('a query')}`, undefined, headers)).status).toBe(401);
}

test('no secret is in an answer, the log, a file, the metrics, a document, a history or a memo', async () => {
  const admin = await makeKey(
    tenants.dataDir,
    { DARKROOM_AUTH: 'keys' },
    '--tenant',
    'acme',
    '--name',
    'a',
    '--role',
    'admin',
  );
  for (const [name, key] of Object.entries({
    'the key of acme': tenants.acme.key,
    'the key of an admin': admin,
  }))
    secrets.set(name, key.split('_')[2] ?? '');
  const token = await provider.token('acme');
  secrets.set('a token', token.split('.')[2] ?? '');
  expect((await send('/v1/jobs', undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
  await runJobs();
  await sendRefused();

  const found: string[] = [];
  /** First words of the places with the label. */
  const control = new Set<string>();
  const scan = (where: string, bytes: Uint8Array | string) => {
    const buffer = Buffer.from(bytes);
    if (buffer.includes(LABEL)) control.add(where.split(' ').slice(0, 2).join(' '));
    for (const [name, secret] of secrets)
      for (const form of [secret, Buffer.from(secret).toString('base64url').slice(0, -2)])
        if (buffer.includes(form)) found.push(`${name} in ${where}`);
  };
  for (const id of jobs)
    for (const path of ['', '/request', '/deliveries', '/events', '/result', '/files'])
      await send(`/v1/jobs/${id}${path}`);
  for (const path of [
    '/v1/jobs',
    '/api/jobs',
    '/v1/usage',
    '/metrics',
    '/v1/audit',
    '/openapi.json',
    '/readyz',
  ])
    await send(path, undefined, { authorization: `Bearer ${admin}` });
  expect(answers.filter((answer) => / 5\d\d /.test(answer.slice(0, 60)))).toEqual([]);
  for (const answer of answers) scan(`the answer ${answer.slice(0, 400)}`, answer);

  // Audit events are written after a second.
  await expect
    .poll(async () => (await readdir(join(tenants.dataDir, 'store/_audit'), { recursive: true })).length)
    .toBeGreaterThan(0);
  const log = tenants.server.output();
  expect(log).toContain('Login rejected');
  for (const line of log.split('\n')) scan(`the log: ${line.slice(0, 400)}`, line);
  for await (const { path, bytes } of readTree(tenants.dataDir))
    scan(`the file ${path}`, bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
  const temporal = await temporalOf(tenants.server);
  let workflows = 0;
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const handle = temporal.workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    scan(
      `the description of ${workflowId}`,
      proto.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse.encode(raw).finish(),
    );
    scan(
      `the history of ${workflowId}`,
      proto.temporal.api.history.v1.History.encode(await handle.fetchHistory()).finish(),
    );
    workflows += 1;
  }
  await temporal.connection.close();
  expect(workflows).toBeGreaterThan(jobs.length);
  expect(secrets.size).toBeGreaterThan(20);
  expect([...control].sort()).toEqual(['the answer', 'the description', 'the file', 'the history']);
  expect(found).toEqual([]);
}, 300_000);
