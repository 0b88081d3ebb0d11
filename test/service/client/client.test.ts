/** The typed client, against a whole server. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Darkroom as Client,
  createClient,
  hasEnded,
  type JobProgress,
} from '../../../src/client/client.ts';
import { localFile, saveArchive, saveFiles } from '../../../src/client/files.ts';
import { photo } from '../../support/photos.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let server: Darkroom;
let web: Web;
let client: Client;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-client-'));
  web = await startWeb();
  await writeFile(join(folder, 'chelsea.jpg'), await photo('chelsea.jpg'));
  server = await startStack();
  client = createClient({ url: server.url });
});
afterAll(async () => {
  await server.dispose();
  await web.close();
  await rm(folder, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('uploads a local photograph, waits for the job, and downloads the result', async () => {
  const { id } = await client.submit({
    operation: 'image.transform',
    params: { width: 64, format: 'png' },
    assets: [
      await localFile(join(folder, 'chelsea.jpg')),
      { name: 'é 2.jpg', source: (await localFile(join(folder, 'chelsea.jpg'))).source },
    ],
  });
  const job = await client.wait(id);
  expect(job).toMatchObject({
    state: 'completed',
    assets: { total: 2, downloaded: 2 },
    result: { files: 2 },
  });
  expect(hasEnded(job)).toBe(true);
  const files = await client.files(id);
  expect(files.map(({ path }) => path)).toEqual(['chelsea.png', 'é 2.png']);
  expect((await client.result(id)).files).toEqual(files);
  const told: string[] = [];
  await saveFiles(client, id, join(folder, 'out'), { onFile: (path) => told.push(path) });
  expect(told).toEqual(files.map(({ path }) => join(folder, 'out', path)));
  for (const { path, sha256: sum } of files)
    expect(sha256(await readFile(join(folder, 'out', path)))).toBe(sum);
  await saveArchive(client, id, join(folder, 'all.zip'));
  expect((await readFile(join(folder, 'all.zip'))).subarray(0, 2).toString()).toBe('PK');
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('downloads replace files, and never a link, a pipe or a device', async () => {
  const { id } = await client.submit({
    operation: 'image.transform',
    params: { width: 64, format: 'png' },
    assets: [await localFile(join(folder, 'chelsea.jpg'))],
  });
  await client.wait(id);
  const place = await mkdtemp(join(folder, 'special-'));
  const bystander = join(place, 'bystander');
  await writeFile(bystander, 'untouched');
  const link = join(place, 'link.zip');
  await symlink(bystander, link);
  const pipe = join(place, 'pipe.zip');
  execFileSync('mkfifo', [pipe, join(place, 'chelsea.png')]);
  await symlink(bystander, join(place, 'new.zip.part'));

  await expect(saveArchive(client, id, link)).rejects.toThrow(/link\.zip" is a link/);
  await expect(saveArchive(client, id, pipe)).rejects.toThrow(/pipe\.zip" is a pipe/);
  await expect(saveArchive(client, id, place)).rejects.toThrow('is a directory');
  await expect(saveArchive(client, id, join(place, 'new.zip'))).rejects.toThrow(/new\.zip\.part" is a link/);
  await expect(saveFiles(client, id, place)).rejects.toThrow(/chelsea\.png" is a pipe/);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect((await lstat(pipe)).isFIFO()).toBe(true);
  expect(await readFile(bystander, 'utf8')).toBe('untouched');
  await saveArchive(client, id, bystander);
  expect((await readFile(bystander)).subarray(0, 2).toString()).toBe('PK');
});

test('events yields the transitions in order, and returns', async () => {
  const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 4000 } });
  const types: string[] = [];
  const states: string[] = [];
  for await (const event of client.events(id)) {
    types.push(event.type);
    if (event.type === 'state') states.push(event.state);
  }
  expect(types.at(-1)).toBe('end');
  expect(types).toContain('progress');
  expect(states[0]).toBe('created');
  expect(states.slice(-3)).toEqual(['processing', 'packaging', 'completed']);
});

test('wait reports increasing progress, and nothing after the end', async () => {
  const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 4000 } });
  const seen: JobProgress[] = [];
  const job = await client.wait(id, { onProgress: (progress) => seen.push(progress) });
  expect(job.state).toBe('completed');
  const percents = seen.map(({ progress }) => progress);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(percents.some((percent) => percent > 0 && percent < 100)).toBe(true);
  expect(seen.some(hasEnded)).toBe(false);
});

test('wait can be aborted; the job continues', async () => {
  const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 600_000 } });
  await expect(client.wait(id, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'not_ended', status: 0 });
  const reason = new Error('changed my mind');
  await expect(client.wait(id, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const going = new AbortController();
  const waiting = client.wait(id, { signal: going.signal, onProgress: () => going.abort(reason) });
  await expect(waiting).rejects.toBe(reason);
  expect(hasEnded(await client.get(id))).toBe(false);
  await client.cancel(id);
  expect(await client.wait(id)).toMatchObject({ state: 'cancelled' });
  await expect(client.cancel(id)).rejects.toMatchObject({
    status: 409,
    code: 'job_not_active',
    retryable: false,
  });
});

test('pauses, resumes and reruns a job', async () => {
  const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 4000 } });
  await client.pause(id);
  await expect.poll(async () => (await client.get(id)).paused).toBe(true);
  await client.resume(id);
  await client.wait(id);
  expect(await client.rerun(id)).toMatchObject({ id, run: 2 });
  expect(await client.wait(id)).toMatchObject({ state: 'completed', run: 2 });
  await expect(client.rerun(id, { from: 'no-such-stage' })).rejects.toMatchObject({ status: 422 });
});

test('adds assets to a waiting job', async () => {
  const { id } = await client.submit({
    operation: 'image.transform',
    params: { width: 32 },
    await_assets: { total: 2 },
    assets: [await localFile(join(folder, 'chelsea.jpg'), 'one.jpg')],
  });
  await client.addAssets(id, [await localFile(join(folder, 'chelsea.jpg'), 'two.jpg')], { final: true });
  expect(await client.wait(id)).toMatchObject({ state: 'completed', assets: { total: 2, downloaded: 2 } });
});

test('list reads all pages', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push((await client.submit({ operation: 'system.echo', params: { n } })).id);
  for (const id of ids) await client.wait(id);
  const listed = async () => {
    const found: string[] = [];
    for await (const { id } of client.list({ operation: 'system.echo', state: 'completed' })) found.push(id);
    return found.toSorted();
  };
  await expect.poll(listed).toEqual(ids.toSorted());
  const first = await client.page({ operation: 'system.echo' }, { limit: 2 });
  expect(first.jobs).toHaveLength(2);
  const second = await client.page(
    { operation: 'system.echo' },
    { limit: 2, cursor: first.next_cursor ?? '' },
  );
  expect(second.jobs).toHaveLength(2);
  expect(new Set([...first.jobs, ...second.jobs].map(({ id }) => id)).size).toBe(4);
  expect((await client.page({ since: new Date(Date.now() + 60_000) })).jobs).toEqual([]);
});

test('lists and redelivers callbacks', async () => {
  const { id } = await client.submit({ operation: 'system.echo', callback: { url: `${web.url}/hook` } });
  await client.wait(id);
  await expect
    .poll(async () => (await client.deliveries(id)).map(({ state }) => state))
    .toEqual(['delivered']);
  const [delivery] = await client.deliveries(id);
  expect(await client.redeliver(id, 1)).toMatchObject({ id: delivery?.id });
  await expect.poll(() => web.received.length).toBe(2);
  expect(new Set(web.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery?.id]));
});

describe('errors', () => {
  test('have code, fields and `retryable`', async () => {
    const refused = client.submit({ operation: 'image.transform', params: { widht: 1 } });
    await expect(refused).rejects.toMatchObject({
      name: 'DarkroomProblem',
      status: 422,
      code: 'invalid_request',
      retryable: false,
      errors: expect.arrayContaining([
        { pointer: '/params/widht', detail: expect.stringContaining('unknown') },
      ]),
    });
    await expect(client.get('nowhere')).rejects.toMatchObject({ status: 404, code: 'job_not_found' });
    await expect(client.wait('nowhere')).rejects.toMatchObject({ status: 404, code: 'job_not_found' });
    await expect(client.events('nowhere').next()).rejects.toMatchObject({ code: 'job_not_found' });
    await expect(client.operation('no.such')).rejects.toMatchObject({ code: 'operation_not_found' });
  });

  test('an invalid address throws at once, and one without a server is unreachable', async () => {
    expect(() => createClient({ url: 'localhost:8080' })).toThrow(/"localhost:8080" is not the address/);
    const away = createClient({ url: `http://127.0.0.1:${await freePort()}`, retries: 0 });
    await expect(away.ready()).rejects.toMatchObject({ status: 0, code: 'unreachable', isOutage: true });
  });

  test('a server that is not ready reports what is missing', async () => {
    const lame = await startWeb({
      '/readyz': (_, response) =>
        response.writeHead(503).end('{"status":"unavailable","missing":["temporal","worker"]}'),
    });
    await expect(createClient({ url: lame.url }).ready()).rejects.toThrow('Missing: temporal, worker');
    await lame.close();
  });
});

test('reads operations and readiness, and deletes a job', async () => {
  await client.ready();
  const operations = await client.operations();
  expect(operations.find(({ name }) => name === 'image.transform')).toMatchObject({ available: true });
  expect((await client.operation('system.echo')).result).toBe('json');
  const { id } = await client.submit({ operation: 'system.echo' });
  await client.wait(id);
  await client.delete(id);
  await expect(client.get(id)).rejects.toMatchObject({ status: 404 });
});

test('sends own headers with each request, and keeps a path in the address', async () => {
  const seen: [string, string | null][] = [];
  const own = createClient({
    url: `${server.url}/gateway/`,
    headers: { 'x-api-key': 'mine' },
    fetch: (input, init) => {
      const url = new URL(String(input));
      seen.push([url.pathname, new Headers(init?.headers).get('x-api-key')]);
      url.pathname = url.pathname.replace('/gateway', '');
      return fetch(url, init);
    },
  });
  await own.operations();
  expect(seen).toEqual([['/gateway/v1/operations', 'mine']]);
});
