/** e2e3d: what is asked for, looked at before the answer. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Idle, startIdle } from '../../support/clients/e2e3d/idle.ts';
import {
  createJsonRequest,
  expectError,
  post,
  type Shown,
  untilShown,
} from '../../support/clients/e2e3d/requests.ts';

let idle: Idle;
const ask = createJsonRequest(() => idle.darkroom);
const until = untilShown(ask);

beforeAll(async () => {
  idle = await startIdle({ DARKROOM_QUEUE_UNAVAILABLE: '1' });
});
afterAll(() => idle.dispose());

const sample = () => join(idle.input, 'SampleImages');
const request = (changes: object = {}) => ({
  image_set_path: sample(),
  quality: 'medium',
  use_gpu: true,
  ...changes,
});
const submit = (changes: object = {}, headers: Record<string, string> = {}) =>
  ask('/api/reconstruct', post(request(changes), headers));
const remove = (id: string) => ask(`/api/job/${id}`, { method: 'DELETE' });
const waiting = { status: 'processing', stage: 'feature_extraction' };

describe('POST /api/reconstruct', () => {
  test('all fields of the contract: 202; the native API shows the job with its options', async () => {
    const answer = await submit({ job_id: 'sample_job_123', notify_url: 'https://example.com/callback' });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        job_id: 'sample_job_123',
        status: 'submitted',
        progress: 0,
        stage: null,
        start_time: null,
        estimated_completion: null,
        error: null,
        paused: false,
        notes: [
          `"${sample()}": 1 file was skipped (README.md); only JPEG, PNG, TIFF, WebP, AVIF and HEIC files are used`,
        ],
      },
    });
    expect(answer.headers.get('location')).toBe('/api/job/sample_job_123');
    expect(await idle.darkroom.get('sample_job_123')).toMatchObject({
      dialect: 'e2e3d',
      operation: 'reconstruct',
      labels: { quality: 'medium', use_gpu: 'true' },
      assets: { total: 5 },
    });
    await remove('sample_job_123');
  });

  test('a relative directory alone: the server chooses an id; null means omitted', async () => {
    const body = {
      image_set_path: 'SampleImages',
      quality: null,
      job_id: null,
      use_gpu: null,
      notify_url: null,
    };
    const answer = await ask('/api/reconstruct', post(body));
    const { job_id } = answer.body as Shown;
    expect([answer.status, job_id]).toEqual([202, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(await idle.darkroom.get(job_id)).toMatchObject({
      labels: { quality: 'medium', use_gpu: 'false' },
    });
    await remove(job_id);
  });

  test('a repeated request finds its job, whatever has become of the directory and the job', async () => {
    const folder = join(idle.input, 'fleeting');
    await cp(sample(), folder, { recursive: true });
    const again = () => submit({ image_set_path: folder, job_id: 'again' });
    expect(await again()).toMatchObject({ status: 202, body: { job_id: 'again', status: 'submitted' } });
    const { created_at } = await idle.darkroom.get('again');
    await until('again', waiting);
    await cp(join(folder, 'chelsea.jpg'), join(folder, 'another.jpg'));
    expect(await again()).toMatchObject({ status: 202, body: { job_id: 'again', ...waiting } });
    await rm(folder, { recursive: true });
    expect(await again()).toMatchObject({ status: 202, body: { job_id: 'again', ...waiting } });
    await remove('again');
    await until('again', { status: 'cancelled' });
    expect(await again()).toMatchObject({ status: 202, body: { job_id: 'again', status: 'cancelled' } });
    expect(await idle.darkroom.get('again')).toMatchObject({ created_at, run: 1, assets: { total: 5 } });
  });

  test.each([
    ['another quality', { quality: 'high' }],
    ['another wish for a GPU', { use_gpu: false }],
    ['another directory', { image_set_path: 'SampleImages' }],
    ['another notify_url', { notify_url: 'https://example.com/other' }],
  ])('%s under a taken job_id is rejected, and the job does not change', async (_, changes) => {
    const job_id = `taken-${Object.keys(changes)}`;
    await submit({ job_id });
    const answer = await submit({ job_id, ...changes });
    expect(answer).toMatchObject({ status: 409, body: { error: 'job_id_in_use' } });
    expectError(answer);
    expect((await remove(job_id)).status).toBeLessThan(300);
  });

  test('a job_id of another API is taken', async () => {
    await idle.darkroom.submit({ id: 'native', operation: 'system.echo' });
    expect(await submit({ job_id: 'native' })).toMatchObject({
      status: 409,
      body: { error: 'job_id_in_use', message: expect.stringContaining('"native"') },
    });
  });

  test('without a job_id, the same Idempotency-Key makes one job', async () => {
    const key = { 'idempotency-key': 'once' };
    const [first, second] = [await submit({}, key), await submit({}, key)];
    const { job_id } = first.body as Shown;
    expect(second.body).toMatchObject({ job_id });
    expect(await submit({ quality: 'low' }, key)).toMatchObject({
      status: 422,
      body: { error: 'idempotency_key_reused' },
    });
    await remove(job_id);
  });

  test.each<[string, object, RegExp]>([
    ['a missing directory', { image_set_path: undefined }, /^image_set_path: is required$/],
    ['an empty name', { image_set_path: '' }, /^image_set_path: must not be empty$/],
    ['a number as directory', { image_set_path: 7 }, /^image_set_path: must be a string$/],
    ['a directory that is not there', { image_set_path: 'nobody' }, /^image_set_path: There is no "nobody"/],
    [
      'a directory outside',
      { image_set_path: '/etc' },
      /^image_set_path: "\/etc" does not exist or is outside the input/,
    ],
    [
      'a way out',
      { image_set_path: '../../..' },
      /^image_set_path: "..\/..\/.." does not exist or is outside the input/,
    ],
    [
      'a file',
      { image_set_path: 'SampleImages/chelsea.jpg' },
      /^image_set_path: .* is a file, not a directory$/,
    ],
    ['an unknown quality', { quality: 'best' }, /^quality: must be one of low, medium, high/],
    ['a word as use_gpu', { use_gpu: 'yes' }, /^use_gpu: must be true or false$/],
    ['a job_id that is none', { job_id: '../x' }, /^job_id: must be 1 to 128 letters/],
    ['a notify_url that is none', { notify_url: 'me' }, /^notify_url: must be an absolute http/],
    ['a private notify_url', { notify_url: 'http://10.0.0.1/' }, /^notify_url: .*private address/],
    ['an unknown field', { qualty: 'low' }, /^qualty: unknown field$/],
    ['all that is wrong', { quality: 1, use_gpu: 1 }, /^quality: .*; use_gpu: /],
  ])('%s is named', async (_, changes, message) => {
    const answer = await submit(changes);
    expect(answer).toMatchObject({
      status: 422,
      body: { error: 'invalid_request', message: expect.stringMatching(message) },
    });
    expectError(answer);
  });

  test('too few photographs: the error names the directory and their number', async () => {
    const folder = join(idle.input, 'few');
    await cp(sample(), folder, {
      recursive: true,
      filter: (path) => !/(astronaut|coffee|rocket)/.test(path),
    });
    const message = `image_set_path: "few" has 2 photographs (jpg, png, tiff, webp, avif, heic), and a reconstruction takes 3 to 1000`;
    expect(await submit({ image_set_path: 'few' })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining(message) },
    });
  });

  test('another content type, malformed JSON and no object have the same shape', async () => {
    const text = await ask('/api/reconstruct', { method: 'POST', body: 'image_set_path=x' });
    expect(text).toMatchObject({ status: 415, body: { error: 'unsupported_media_type' } });
    const form = await ask('/api/reconstruct', { method: 'POST', body: new FormData() });
    expect(form).toMatchObject({ status: 415, body: { error: 'unsupported_media_type' } });
    const broken = { ...post(''), body: '{"image_set_path":' };
    expect(await ask('/api/reconstruct', broken)).toMatchObject({
      status: 400,
      body: { error: 'malformed_json', message: expect.stringContaining('not valid JSON') },
    });
    expect(await ask('/api/reconstruct', post([]))).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/^the body: /) },
    });
  });
});

test('without a worker with the engine, a job is rejected with the install command, unless jobs may wait', async () => {
  const strict = await startIdle({});
  try {
    const answer = await createJsonRequest(() => strict.darkroom)(
      '/api/reconstruct',
      post({ image_set_path: 'SampleImages' }),
    );
    expect(answer).toMatchObject({
      status: 503,
      body: {
        error: 'operation_unavailable',
        message: expect.stringContaining('engines install reconstruct'),
      },
    });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expectError(answer);
    // Errors of the request come first.
    expect(
      await createJsonRequest(() => strict.darkroom)('/api/reconstruct', post({ image_set_path: 'none' })),
    ).toMatchObject({ status: 422 });
  } finally {
    await strict.dispose();
  }
});
