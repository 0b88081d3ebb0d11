/** Uploads that fail: the response comes at once and names the problem, and nothing is left in the store. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginForm, endOfForm, jobPart, partHead, sendForm } from '../../support/form-client.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { storeFiles } from '../../support/store-files.ts';

const run = promisify(execFile);
const MiB = 2 ** 20;
const lacksCurl = spawnSync('curl', ['--version']).status !== 0;

const echo = (more = {}) => jobPart({ operation: 'test.echo', ...more });
const file = (name = 'a') => partHead(name, { fileName: `${name}.bin` });

let darkroom: Darkroom;
let jobs: string;

beforeAll(async () => {
  darkroom = await startStack({
    env: {
      DARKROOM_MAX_ASSET_BYTES: '4M',
      DARKROOM_MAX_UPLOAD_BYTES: '6M',
      DARKROOM_MAX_BODY_BYTES: '256K',
    },
  });
  jobs = `${darkroom.url}/v1/jobs`;
});
afterAll(() => darkroom.dispose());

/** No job was made, and its bytes are gone. */
async function expectNothingLeft(): Promise<void> {
  await expect.poll(() => storeFiles(darkroom)).toEqual([]);
  const { jobs } = (await (await darkroom.request('/v1/jobs')).json()) as { jobs: unknown[] };
  expect(jobs).toEqual([]);
}

describe('a form is rejected with the reason', () => {
  const upload = (name: string) => ({ source: { upload: name } });

  test.each<[string, (Uint8Array | string)[], object]>([
    ['the job is missing', [file(), 'x'], { status: 422, errors: [{ pointer: '/job' }] }],
    ['nothing is in it', [], { status: 422, errors: [{ pointer: '/job' }] }],
    ['the job comes late', [file(), 'x', echo()], { status: 422, errors: [{ pointer: '/job' }] }],
    ['the job comes twice', [echo(), file(), 'x', echo()], { status: 422, errors: [{ pointer: '/job' }] }],
    ['the job is no JSON', [jobPart('{"operation":'), file(), 'x'], { status: 400, code: 'malformed_json' }],
    ['the job is no object', [jobPart('7'), file(), 'x'], { status: 422, errors: [{ pointer: '' }] }],
    [
      'the job has bad fields',
      [jobPart({ operation: 'image.transform', params: { widht: 1 } }), file(), 'x'],
      { status: 422, errors: [{ pointer: '/params/widht' }] },
    ],
    [
      'another field is in it',
      [echo(), partHead('note'), 'x'],
      { status: 422, errors: [{ pointer: '/note' }] },
    ],
    ['a file is empty', [echo(), file(), 'x', file('b')], { status: 422, code: 'asset_empty' }],
    [
      'a file is missing',
      [echo({ assets: [upload('b'), upload('a')] }), file(), 'x'],
      { status: 422, errors: [{ pointer: '/assets/0/source/upload' }] },
    ],
    [
      'an asset names one of two parts',
      [echo({ assets: [upload('a')] }), file(), 'x', file(), 'y'],
      { status: 422, errors: [{ pointer: '/assets/0/source/upload' }] },
    ],
    [
      'there are more files than the operation takes',
      [jobPart({ operation: 'system.echo' }), file(), 'x'],
      { status: 422, errors: [{ pointer: '/assets' }] },
    ],
    [
      'a file is too large',
      [echo(), file(), Buffer.alloc(4 * MiB + 1)],
      { status: 413, detail: expect.stringContaining('a.bin') },
    ],
    [
      'all are too large',
      [echo(), ...['a', 'b'].flatMap((name) => [file(name), Buffer.alloc(3 * MiB)])],
      { status: 413 },
    ],
    ['the job is too large', [echo({ params: { x: 'x'.repeat(300_000) } })], { status: 413 }],
  ])('%s', async (_, pieces, expected) => {
    const { body, headers } = await sendForm(jobs, pieces);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject(expected);
    await expectNothingLeft();
  });

  test('if an asset of a JSON request names an upload', async () => {
    const headers = { 'content-type': 'application/json' };
    const spec = { operation: 'test.echo', assets: [upload('a')] };
    const response = await fetch(jobs, { method: 'POST', headers, body: JSON.stringify(spec) });
    expect(await response.json()).toMatchObject({
      status: 422,
      errors: [
        { pointer: '/assets/0/source/upload', detail: expect.stringContaining('multipart/form-data') },
      ],
    });
  });

  test('if the last boundary is missing, or the form is truncated', async () => {
    const form = beginForm(jobs);
    await form.write(`${echo() + file()}x`);
    form.call.end();
    expect(await form.answer).toMatchObject({ status: 400, body: { code: 'malformed_form' } });
    await expectNothingLeft();
  });
});

describe('a client that is still sending a form', () => {
  test.each<[string, string, Record<string, string | number>, number]>([
    ['an invalid job', jobPart({ operation: 'no.such' }) + file(), {}, 422],
    ['a file before the job', file('first'), {}, 422],
    ['a file that is too large', echo() + file(), {}, 413],
    ['more than it may, as it says itself', echo() + file(), { 'content-length': 6 * MiB + 1 }, 413],
    ['a bad Idempotency-Key', echo() + file(), { 'idempotency-key': 'k'.repeat(256) }, 422],
  ])('%s is answered before it has ended', async (_, start, headers, status) => {
    const form = beginForm(jobs, headers);
    await form.write(start);
    let answered = false;
    const answer = form.answer.finally(() => {
      answered = true;
    });
    // 5 MiB at most, and never an end.
    for (let sent = 0; sent < 5 && !answered; sent++) {
      await form.write(Buffer.alloc(MiB));
      await sleep(20);
    }
    expect(await answer).toMatchObject({ status });
    form.cut();
    await expectNothingLeft();
  });

  test.skipIf(lacksCurl)('gets the response, also with curl', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-curl-'));
    const path = join(folder, 'large.bin');
    await writeFile(path, Buffer.alloc(64 * MiB));
    const send = async (job: string, ...more: string[]) => {
      const form = ['-F', `job=${job};type=application/json`, '-F', `a=@${path}`];
      const args = ['-s', '-m', '30', '-w', '\n%{http_code}', ...more, ...form, jobs];
      const { stdout } = await run('curl', args).catch((error: unknown) => error as { stdout: string });
      return stdout.split('\n').at(-1);
    };
    try {
      expect(await send('{"operation":"no.such"}', '-H', 'transfer-encoding: chunked')).toBe('422');
      expect(await send('{"operation":"test.echo"}', '-H', 'transfer-encoding: chunked')).toBe('413');
      expect(await send('{"operation":"test.echo"}')).toBe('413');
    } finally {
      await rm(folder, { recursive: true });
    }
    await expectNothingLeft();
  });

  test('and disconnects during a file leaves nothing', async () => {
    const form = beginForm(jobs);
    await form.write(`${echo() + file()}whole${file('b')}`);
    await form.write(Buffer.alloc(MiB));
    await expect
      .poll(() => storeFiles(darkroom))
      .toEqual([
        expect.stringMatching(/^\.tmp\//),
        expect.stringMatching(/^_uploading\//),
        expect.stringMatching(/^public\/jobs\/[^/]+\/uploads\/.*\/0$/),
      ]);
    form.cut();
    await expectNothingLeft();
  });

  test('slowly is not aborted, and does not delay other clients', async () => {
    const form = beginForm(jobs);
    for (const letter of echo({ id: 'slow' }) + file()) {
      await form.write(letter);
      await sleep(5);
    }
    for (const letter of 'slow but sure') {
      await form.write(letter);
      expect((await darkroom.request('/healthz')).status).toBe(200);
      await sleep(50);
    }
    expect(await form.end()).toMatchObject({ status: 202, body: { id: 'slow' } });
    expect(await darkroom.until('slow', 'completed', 'failed')).toMatchObject({ state: 'completed' });
    await darkroom.request('/v1/jobs/slow', { method: 'DELETE' });
  });
});

test('the server returns 507 with a full disk, keeps nothing, and accepts files that fit', async (context) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-full-'));
  const store = join(dataDir, 'store');
  await mkdir(store);
  const mount = run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', store]);
  if ((await mount.catch(() => null)) === null) {
    await rm(dataDir, { recursive: true });
    context.skip('needs the right to mount a tmpfs');
  }
  const full = await startStack({ dataDir });
  try {
    const { status, body } = await sendForm(`${full.url}/v1/jobs`, [
      echo(),
      ...[file(), Buffer.alloc(MiB), file('b'), Buffer.alloc(5 * MiB)],
    ]);
    expect([status, body['code'], body['retryable']]).toEqual([507, 'disk_full', true]);
    expect(JSON.stringify(body)).not.toContain(dataDir);
    expect(await storeFiles(full)).toEqual([]);
    const fits = await sendForm(`${full.url}/v1/jobs`, [echo({ id: 'fits' }), file(), Buffer.alloc(MiB)]);
    expect(fits.status).toBe(202);
    expect(await full.until('fits', 'completed', 'failed')).toMatchObject({ state: 'completed' });
  } finally {
    await full.stop();
    await run('umount', [store]);
    await full.dispose();
  }
});

test('the server ignores bytes after the last boundary of a form', async () => {
  const form = beginForm(jobs);
  await form.write(`${echo({ id: 'epilogue' }) + file()}x${endOfForm}an epilogue that means nothing`);
  form.call.end();
  expect((await form.answer).status).toBe(202);
  await darkroom.request('/v1/jobs/epilogue', { method: 'DELETE' });
});
