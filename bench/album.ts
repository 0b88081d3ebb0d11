/**
 * One job with a hundred photographs. The baseline is a script that downloads, resizes, hashes and keeps them, as many at once as there are
 * cores.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../src/client/client.ts';
import { checkPixels, downloadFile } from './photo-jobs.ts';
import { makePicture, PICTURE_WIDTH } from './photo-work.ts';
import { createPhotograph, readPixels, startPhotographServer } from './photographs.ts';
import { readEnd, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured, runConcurrently } from './timing.ts';

const PHOTOS = 100;
const TIMES = 2;
const POLL_MS = 100;
const size = { width: PICTURE_WIDTH, height: 1200 };

export async function* benchAlbum(rig: Rig): AsyncGenerator<Row> {
  await rig.startWorker();
  const source = await startPhotographServer(await createPhotograph(size.width, size.height));
  const folder = join(rig.dataDir, 'album');
  await mkdir(folder);
  const fileOf = (index: number) => join(folder, `${index}.webp`);
  const script: Measured<unknown> = {
    run: () =>
      runConcurrently(PHOTOS, availableParallelism(), (index) =>
        makePicture({ id: `photo-${index}`, source: source.url, target: fileOf(index) }),
      ),
    check: async () => {
      const first = await readFile(fileOf(0));
      await readPixels(first, size);
      for (let index = 1; index < PHOTOS; index++) assert.ok(first.equals(await readFile(fileOf(index))));
    },
  };
  const ours: Measured<Job> = {
    run: async () => {
      const assets = Array.from({ length: PHOTOS }, (_, index) => ({
        source: { url: `${source.url}/photo-${index}.jpg` },
      }));
      const params = { width: PICTURE_WIDTH, format: 'webp' };
      const { id } = await submit(rig.url, { operation: 'image.transform', params, assets });
      return readEnd(rig.url, id, POLL_MS);
    },
    check: async (job) => {
      const { files, assets } = await readResult(rig.url, job);
      assert.deepEqual([files.length, new Set(assets.map(({ sha256 }) => sha256)).size], [PHOTOS, PHOTOS]);
      const expected = await readPixels(await readFile(fileOf(0)), size);
      // The photographs have the same pixels, and so have the pictures.
      assert.equal(new Set(files.map(({ sha256 }) => sha256)).size, 1);
      for (const [index, file] of files.entries()) {
        const bytes = await downloadFile(rig.url, job.id, file);
        if (index === 0) await checkPixels(bytes, expected, size);
      }
    },
  };
  await alternate(1, ours, script);
  const times = await alternate(TIMES, ours, script);
  source.close();
  const perSecond = (ms: number) => PHOTOS / (ms / 1000);
  yield row(
    `${PHOTOS} photographs of 2 MP in one job, per second, vs. a script`,
    '1/s',
    perSecond(times.ours),
    perSecond(times.raw),
  );
}
