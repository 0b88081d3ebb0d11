/** Ten thousand assets in one job: histories stay short, memory flat, and nothing is lost when the worker dies. */
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { jobSpec } from '../../src/jobs/model/job-spec.ts';
import { residentMiB } from '../support/memory.ts';
import { outcomes, sendAssets } from '../support/more-assets.ts';
import { plain } from '../support/pictures.ts';
import { partsOf } from '../support/processes.ts';
import { type Darkroom, sleep, startDarkroom } from '../support/server.ts';
import { executions, temporalOf } from '../support/temporal.ts';
import { startWeb, type Web } from '../support/web.ts';

const MANY = 10_000;

let darkroom: Darkroom;
let web: Web;
let temporal: Client;

beforeAll(async () => {
  const tiny = await plain(8, 8).png().toBuffer();
  web = await startWeb(Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`/${index}`, tiny])));
  darkroom = await startDarkroom();
  temporal = await temporalOf(darkroom);
  // What is loaded at first use, and kept, is there before memory is looked at.
  const warm = { operation: 'image.transform', params: { width: 4 }, assets: assets(0, 200) };
  await darkroom.until((await darkroom.submit(warm)).id, 'completed');
});

afterAll(async () => {
  await temporal.connection.close();
  await darkroom.dispose();
  await web.close();
});

const sources = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, offset) => ({ url: `${web.url}/${from + offset}` }));
const assets = (from: number, to: number) => sources(from, to).map((source) => ({ source }));

interface Watched {
  /** Each progress that was seen, in order. */
  readonly progress: number[];
  /** The most that memory grew, in MiB; of a worker that was killed, its successor's whole. */
  readonly growth: { api: number; worker: number };
}

/** Follows a job to its end, and hands each look to `onLook`. */
async function watch(id: string, onLook = async (_progress: number) => {}): Promise<Watched> {
  const api = darkroom.process.pid ?? 0;
  const before = { api: await residentMiB(api), worker: await workerMiB() };
  const watched: Watched = { progress: [], growth: { api: 0, worker: 0 } };
  for (;;) {
    const { state, progress, error } = await darkroom.get(id);
    watched.progress.push(progress);
    watched.growth.api = Math.max(watched.growth.api, (await residentMiB(api)) - before.api);
    watched.growth.worker = Math.max(watched.growth.worker, (await workerMiB()) - before.worker);
    if (state === 'completed') return watched;
    if (state === 'failed') throw new Error(JSON.stringify(error));
    await onLook(progress);
    await sleep(200);
  }
}

/** Zero while it is being replaced. */
const workerMiB = async () => {
  const parts = await partsOf(darkroom.process.pid).catch(() => null);
  return parts ? residentMiB(parts.worker).catch(() => 0) : 0;
};

async function expectGood(id: string, { progress, growth }: Watched, count: number): Promise<void> {
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(new Set(progress).size).toBeGreaterThan(10);
  expect(growth.api).toBeLessThan(80);
  expect(growth.worker).toBeLessThan(160);
  expect(await darkroom.get(id)).toMatchObject({ assets: { total: count, downloaded: count, failed: 0 } });
  const found = await outcomes(darkroom, id);
  expect(found.length).toBe(count);
  expect(found.every(({ name, status }, index) => name === String(index) && status === 'ok')).toBe(true);
  for (const { events, bytes } of await executions(temporal, id)) {
    expect(events).toBeLessThan(10_000);
    expect(bytes).toBeLessThan(5 * 2 ** 20);
  }
}

const submit = (spec: z.input<typeof jobSpec>) => darkroom.submit(spec);

describe('ten thousand assets', () => {
  test('complete in one submission', async () => {
    const { id } = await submit({ operation: 'test.echo', assets: assets(0, MANY) });
    await expectGood(id, await watch(id), MANY);
  });

  test('complete in a hundred calls', async () => {
    const { id } = await submit({ operation: 'test.echo', await_assets: { total: MANY } });
    const sending = (async () => {
      for (let from = 0; from < MANY; from += 100)
        expect((await sendAssets(darkroom, id, sources(from, from + 100))).status).toBe(202);
    })();
    const [watched] = await Promise.all([watch(id), sending]);
    await expectGood(id, watched, MANY);
  });
});

test('a thousand pictures complete although the worker is killed during the downloads and during the processing', async () => {
  const count = 1000;
  const { id } = await submit({
    operation: 'image.transform',
    params: { width: 4, format: 'png' },
    assets: assets(0, count),
  });
  const marks = [7, 50];
  const watched = await watch(id, async (progress) => {
    if (marks[0] === undefined || progress < marks[0]) return;
    marks.shift();
    process.kill((await partsOf(darkroom.process.pid)).worker, 'SIGKILL');
  });
  expect(marks).toEqual([]);
  await expectGood(id, watched, count);
  const { files } = (await (await darkroom.request(`/v1/jobs/${id}/files`)).json()) as {
    files: { asset: number }[];
  };
  expect(files.map(({ asset }) => asset)).toEqual(Array.from({ length: count }, (_, index) => index));
});
