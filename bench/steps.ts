/**
 * A pipeline of three steps, each of which takes the pictures of the one before. The first baseline is three jobs in turn: a client that
 * downloads the result of each and submits it to the next. The second one is a script that does the same with the same library.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Job } from '../src/client/client.ts';
import { createPhotograph, type PhotographServer, readPixels, startPhotographServer } from './photographs.ts';
import { read, readEnd, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured, runConcurrently, timed } from './timing.ts';

const COUNT = 20;
const POLL_MS = 50;
const WIDTHS = [1600, 800, 320] as const;
const LAST = { width: 320, height: 240 };

export async function* benchSteps(rig: Rig): AsyncGenerator<Row> {
  await rig.startWorker();
  const source = await startPhotographServer(await createPhotograph(1600, 1200));
  const inScript: Measured<void> = {
    run: () => runScript(source, rig.dataDir),
    check: async () => {
      await readPixels(await readFile(scriptFile(rig.dataDir, 0)), LAST);
    },
  };
  const check = (jobs: readonly Job[]) => checkJobs(rig, jobs);
  const inPipelines: Measured<Job[]> = { run: () => runPipelines(rig.url, source), check };
  const inTurn: Measured<Job[]> = { run: () => runInTurn(rig.url, source), check };
  // The check of a job needs the pictures of the script.
  await timed(inScript);
  await timed(inPipelines);
  const perSecond = (ms: number) => COUNT / (ms / 1000);
  const compare = async <Raw>(label: string, raw: Measured<Raw>): Promise<Row> => {
    const times = await alternate(3, inPipelines, raw);
    return row(label, '1/s', perSecond(times.ours), perSecond(times.raw));
  };
  yield await compare('2 MP photographs through three steps, vs. three jobs in turn', inTurn);
  yield await compare('2 MP photographs through three steps, vs. a script', inScript);
  source.close();
}

const transform = (width: number) => ({ operation: 'image.transform', params: { width, format: 'webp' } });

async function runPipelines(url: string, source: PhotographServer): Promise<Job[]> {
  const [first, second, third] = WIDTHS.map(transform);
  const jobs: Job[] = [];
  for (let index = 0; index < COUNT; index++)
    jobs.push(
      await submit(url, {
        assets: [{ source: { url: `${source.url}/photo-${index}.jpg` } }],
        steps: { first, second: { ...second, use: ['first'] }, third: { ...third, use: ['second'] } },
      }),
    );
  return Promise.all(jobs.map(({ id }) => readEnd(url, id, POLL_MS)));
}

/** All photographs at once, each through three jobs. */
const runInTurn = (url: string, source: PhotographServer): Promise<Job[]> =>
  runConcurrently(COUNT, COUNT, async (index) => {
    const assets = [{ source: { url: `${source.url}/photo-${index}.jpg` } }];
    let job = await submit(url, { ...transform(WIDTHS[0]), assets });
    for (const width of WIDTHS.slice(1)) {
      const { files } = await readResult(url, await readEnd(url, job.id, POLL_MS));
      const path = files[0]?.path ?? '';
      const bytes = await (await fetch(`${url}/v1/jobs/${job.id}/files/${encodeURIComponent(path)}`)).blob();
      const form = new FormData();
      form.append('job', JSON.stringify(transform(width)));
      form.append('file', bytes, path);
      job = await read<Job>(`${url}/v1/jobs`, { method: 'POST', body: form });
    }
    return readEnd(url, job.id, POLL_MS);
  });

const scriptFile = (dataDir: string, index: number): string => join(dataDir, 'bare', `${index}.webp`);

async function runScript({ url }: PhotographServer, dataDir: string): Promise<void> {
  await mkdir(join(dataDir, 'bare'), { recursive: true });
  await runConcurrently(COUNT, availableParallelism(), async (index) => {
    let picture = Buffer.from(await (await fetch(`${url}/photo-${index}.jpg`)).arrayBuffer());
    for (const width of WIDTHS) picture = await sharp(picture).rotate().resize(width).webp().toBuffer();
    await writeFile(scriptFile(dataDir, index), picture);
  });
}

/** Levels of 255 by which the pixels of two encoders' pictures may differ on average. */
const MAX_DIFFERENCE = 4;

/** Checks the last picture of each job, by that of the script. */
async function checkJobs({ url, dataDir }: Rig, jobs: readonly Job[]): Promise<void> {
  assert.equal(new Set(jobs.map(({ id }) => id)).size, COUNT);
  for (const [index, job] of jobs.entries()) {
    assert.equal(job.usage.reused_seconds, 0, `Job ${job.id} has reused results`);
    const { files } = await readResult(url, job);
    assert.equal(files.length, 1);
    const path = encodeURIComponent(files[0]?.path ?? '');
    const bytes = Buffer.from(await (await fetch(`${url}/v1/jobs/${job.id}/files/${path}`)).arrayBuffer());
    const [pixels, expected] = [
      await readPixels(bytes, LAST),
      await readPixels(await readFile(scriptFile(dataDir, index)), LAST),
    ];
    const sum = pixels.reduce((total, level, at) => total + Math.abs(level - (expected[at] ?? 0)), 0);
    assert.ok(sum / pixels.length < MAX_DIFFERENCE, `The picture of job ${job.id} differs`);
  }
}
