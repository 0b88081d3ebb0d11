/** Jobs of one photograph each, and the checks of what they made. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Job } from '../src/client/client.ts';
import { PICTURE_WIDTH } from './photo-work.ts';
import { type PhotographServer, readPixels, type Size } from './photographs.ts';
import { read, readResult, submit } from './requests.ts';

export interface Notification {
  readonly type: string;
  readonly data: { readonly id: string };
}

/** Submits a job for one photograph, `photo`, with a callback. */
export const submitPhoto = (url: string, source: PhotographServer, photo: string): Promise<Job> =>
  submit(url, {
    operation: 'image.transform',
    params: { width: PICTURE_WIDTH, format: 'webp' },
    assets: [{ source: { url: `${source.url}/${photo}.jpg` } }],
    callback: { url: `${source.url}/done` },
  });

/** Submits `count` jobs one after the other, and returns them once their callbacks have arrived. */
export async function runJobs(url: string, source: PhotographServer, count: number): Promise<Job[]> {
  const all = source.callbacks(count);
  const jobs: Job[] = [];
  for (let index = 0; index < count; index++) jobs.push(await submitPhoto(url, source, `photo-${index}`));
  const received = (await all).map((body) => JSON.parse(body) as Notification);
  assert.deepEqual(
    received.map(({ type, data }) => `${type} ${data.id}`).sort(),
    jobs.map(({ id }) => `job.completed ${id}`).sort(),
  );
  return jobs;
}

/** Levels of 255 by which the pixels of two encoders' pictures may differ on average. */
const MAX_DIFFERENCE = 4;

/** Checks bytes by their pixels: `expected` are the RGB levels. */
export async function checkPixels(bytes: Buffer, expected: Buffer, size: Size): Promise<void> {
  const pixels = await readPixels(bytes, size);
  const sum = pixels.reduce((total, level, at) => total + Math.abs(level - (expected[at] ?? 0)), 0);
  assert.ok(sum / pixels.length < MAX_DIFFERENCE, `A picture differs by ${sum / pixels.length}`);
}

/** Downloads a file of a result, and checks it by the manifest. */
export async function downloadFile(
  url: string,
  id: string,
  file: { readonly path: string; readonly size: number; readonly sha256: string },
): Promise<Buffer> {
  const response = await fetch(`${url}/v1/jobs/${id}/files/${encodeURIComponent(file.path)}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  assert.deepEqual([bytes.length, sha256], [file.size, file.sha256]);
  return bytes;
}

/** Checks the picture of each job: its bytes by the manifest, its format and size, and its pixels. */
export async function checkPictures(
  url: string,
  jobs: readonly Job[],
  expected: Buffer,
  size: Size,
): Promise<void> {
  const good = new Set<string>();
  for (const { id } of jobs) {
    const { files } = await readResult(url, await read<Job>(`${url}/v1/jobs/${id}`));
    const [file] = files;
    assert.ok(file && files.length === 1);
    const bytes = await downloadFile(url, id, file);
    if (good.has(file.sha256)) continue;
    await checkPixels(bytes, expected, size);
    good.add(file.sha256);
  }
}
