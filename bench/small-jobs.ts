/** Small jobs: one small photograph each, which is downloaded, resized, stored and reported by a callback. */
import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { Job } from '../src/client/client.ts';
import { checkPixels, downloadFile, type Notification } from './photo-jobs.ts';
import { createPhotograph, type PhotographServer, readPixels, startPhotographServer } from './photographs.ts';
import { read, readResult, submit } from './requests.ts';
import { runConcurrently } from './timing.ts';

/** Jobs in flight. Each is submitted when the callback of an earlier one has arrived. */
export const CONCURRENCY = 4;

const output = { width: 160, height: 120 };

export interface SmallJobs {
  /** Runs `count` jobs, several at a time, each until its callback arrives. */
  run(url: string, count: number): Promise<Job[]>;
  /** Checks the bytes of each result by its manifest, and its pixels. */
  check(url: string, jobs: readonly Job[]): Promise<void>;
  close(): void;
}

export async function createSmallJobs(): Promise<SmallJobs> {
  const photo = await createPhotograph(320, 240);
  const source = await startPhotographServer(photo);
  const waiting = new Map<string, (type: string) => void>();
  source.onCallback((body) => {
    const { type, data } = JSON.parse(body) as Notification;
    const resolve = waiting.get(data.id);
    assert.ok(resolve, `A second callback of job ${data.id}, or one of no job`);
    waiting.delete(data.id);
    resolve(type);
  });
  let next = 0;
  const runOne = async (url: string): Promise<Job> => {
    const number = next++;
    const id = `bench-small-${number}`;
    const type = new Promise<string>((resolve) => waiting.set(id, resolve));
    const job = await submit(url, specOf(source, id));
    assert.equal(await type, 'job.completed');
    return job;
  };
  return {
    run: (url, count) => runConcurrently(count, CONCURRENCY, () => runOne(url)),
    check: (url, jobs) => checkResults(url, jobs, photo),
    close: () => source.close(),
  };
}

const specOf = ({ url }: PhotographServer, id: string) => ({
  id,
  operation: 'image.transform',
  params: { width: output.width, format: 'webp' },
  assets: [{ source: { url: `${url}/${id}.jpg` } }],
  callback: { url: `${url}/done` },
});

async function checkResults(url: string, jobs: readonly Job[], photo: Buffer): Promise<void> {
  const expected = await readPixels(await sharp(photo).resize(output.width).webp().toBuffer(), output);
  const sources = new Set<string>();
  for (const { id } of jobs) {
    const { files, assets } = await readResult(url, await read<Job>(`${url}/v1/jobs/${id}`));
    const [file] = files;
    assert.ok(file && files.length === 1);
    sources.add(assets[0]?.sha256 ?? '');
    await checkPixels(await downloadFile(url, id, file), expected, output);
  }
  assert.equal(sources.size, jobs.length, 'Each job must get a photograph of its own');
}
