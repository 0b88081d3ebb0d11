/**
 * Photographs that are downloaded, resized and reported by a callback, one for each job. The baselines are a script that does the same with
 * the same library, and BullMQ where `redis-server` is on the PATH. The overhead per photograph is nearly constant, so the ratio is better
 * for large ones.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type PhotoQueue, startPhotoQueue } from './bullmq.ts';
import { checkPictures, runJobs } from './photo-jobs.ts';
import { makeAndReport, type PhotoWork, PICTURE_WIDTH } from './photo-work.ts';
import {
  createPhotograph,
  type PhotographServer,
  readPixels,
  type Size,
  startPhotographServer,
} from './photographs.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { runConcurrently, takeTurns, timed } from './timing.ts';

const JOBS = 30;
const TIMES = 2;
const sizes = { '12 MP': [4000, 3000], '2 MP': [1600, 1200] } as const;

export async function* benchPipeline(rig: Rig): AsyncGenerator<Row> {
  await rig.startWorker();
  const queue = await startPhotoQueue(rig.dataDir);
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const source = await startPhotographServer(await createPhotograph(width, height));
    const size = { width: PICTURE_WIDTH, height: Math.round((PICTURE_WIDTH * height) / width) };
    const folder = join(rig.dataDir, `pictures-${width}`);
    await mkdir(folder);
    const check = () => checkFiles(folder, size);
    const script = () => timed({ run: () => report(source, folder, runScript), check });
    const queued = queue ? [() => timed({ run: () => report(source, folder, queueAll(queue)), check })] : [];
    // The check of a job needs the pictures of the script.
    const ours = () =>
      timed({
        run: () => runJobs(rig.url, source, JOBS),
        check: async (jobs) =>
          checkPictures(rig.url, jobs, await readPixels(await readFile(fileOf(folder, 0)), size), size),
      });
    const all = [script, ours, ...queued];
    await takeTurns(1, all);
    const [ofScript = 0, ofOurs = 0, ofQueue] = (await takeTurns(TIMES, all)).map((ms) => JOBS / (ms / 1000));
    const label = `${name} photographs per second`;
    yield row(`${label}, vs. a script`, '1/s', ofOurs, ofScript);
    if (ofQueue !== undefined)
      yield row('  vs. BullMQ on Redis (appendfsync always)', '1/s', ofOurs, ofQueue);
    source.close();
  }
  await queue?.stop();
}

const fileOf = (folder: string, index: number): string => join(folder, `photo-${index}.webp`);

/** Has all pictures made, each of which is reported once. */
async function report(
  source: PhotographServer,
  folder: string,
  run: (all: readonly PhotoWork[]) => Promise<unknown>,
): Promise<void> {
  const all = Array.from({ length: JOBS }, (_, index) => ({
    id: `photo-${index}`,
    source: source.url,
    target: fileOf(folder, index),
  }));
  const reported = source.callbacks(JOBS);
  await run(all);
  const ids = (await reported).map((body) => (JSON.parse(body) as { id: string }).id);
  assert.deepEqual(ids.toSorted(), all.map(({ id }) => id).toSorted());
}

const runScript = (all: readonly PhotoWork[]) =>
  runConcurrently(all.length, availableParallelism(), (index) => makeAndReport(all[index] as PhotoWork));

const queueAll = (queue: PhotoQueue) => async (all: readonly PhotoWork[]) => {
  for (const work of all) await queue.add(work);
};

async function checkFiles(folder: string, size: Size): Promise<void> {
  const first = await readFile(fileOf(folder, 0));
  await readPixels(first, size);
  for (let index = 1; index < JOBS; index++)
    assert.ok(first.equals(await readFile(fileOf(folder, index))), 'The pictures differ');
}
