/**
 * A hundred concurrent submissions of one photograph each: the time from a submission to its callback. The baseline is BullMQ, where
 * `redis-server` is on the PATH.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Job } from '../src/client/client.ts';
import { startPhotoQueue } from './bullmq.ts';
import { checkPictures, submitPhoto } from './photo-jobs.ts';
import { PICTURE_WIDTH } from './photo-work.ts';
import { createPhotograph, type PhotographServer, readPixels, startPhotographServer } from './photographs.ts';
import { read } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { percentile } from './timing.ts';

const JOBS = 100;
const size = { width: PICTURE_WIDTH, height: 1200 };

export async function* benchBurst(rig: Rig): AsyncGenerator<Row> {
  await rig.startWorker();
  const photo = await createPhotograph(size.width, size.height);
  const source = await startPhotographServer(photo);
  const expected = await readPixels(await sharp(photo).resize(PICTURE_WIDTH).webp().toBuffer(), size);
  const ours = async (count: number) => {
    const { ids, times } = await measureTimes(source, count, jobIdOf, async (index) => {
      const { id } = await submitPhoto(rig.url, source, `photo-${index}`);
      return id;
    });
    const jobs = await Promise.all(ids.map((id) => read<Job>(`${rig.url}/v1/jobs/${id}`)));
    await checkPictures(rig.url, jobs, expected, size);
    return times;
  };
  await ours(10);
  const times = await ours(JOBS);
  const queueTimes = await measureQueue(rig, source);
  source.close();
  const label = `${JOBS} concurrent submissions of a photograph, to the callback`;
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const)
    yield row(
      `${label}, ${name}${queueTimes ? ', vs. BullMQ' : ''}`,
      'ms',
      percentile(times, share),
      queueTimes && percentile(queueTimes, share),
    );
}

/** Null without Redis. */
async function measureQueue({ dataDir }: Rig, source: PhotographServer): Promise<number[] | null> {
  const queue = await startPhotoQueue(dataDir);
  if (!queue) return null;
  const folder = join(dataDir, 'burst');
  await mkdir(folder);
  const measure = async (count: number, round: string) => {
    const { ids, times } = await measureTimes(source, count, workIdOf, async (index) => {
      const id = `${round}-${index}`;
      await queue.add({ id, source: source.url, target: join(folder, id) });
      return id;
    });
    for (const id of ids) await readPixels(await readFile(join(folder, id)), size);
    return times;
  };
  await measure(10, 'warm-up');
  const times = await measure(JOBS, 'photo');
  await queue.stop();
  return times;
}

const jobIdOf = (body: string): string => (JSON.parse(body) as { data: { id: string } }).data.id;
const workIdOf = (body: string): string => (JSON.parse(body) as { id: string }).id;

/**
 * Submits everything at once.
 *
 * @param idOf - The id in the body of a callback
 * @param submit - Returns an id
 * @returns the ids, and the milliseconds from each submission to its callback
 */
async function measureTimes(
  source: PhotographServer,
  count: number,
  idOf: (body: string) => string,
  submit: (index: number) => Promise<string>,
): Promise<{ ids: string[]; times: number[] }> {
  const ends = new Map<string, number>();
  source.onCallback((body) => {
    assert.ok(!ends.has(idOf(body)), 'A second callback');
    ends.set(idOf(body), performance.now());
  });
  const all = source.callbacks(count);
  const submitted = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const started = performance.now();
      return { started, id: await submit(index) };
    }),
  );
  await all;
  const times = submitted.map(({ id, started }) => (ends.get(id) ?? Number.NaN) - started);
  return { ids: submitted.map(({ id }) => id), times };
}
