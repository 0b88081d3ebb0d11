/** Results that equal jobs share: what is copied, what is computed, and what becomes of the copies. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import { DAY_MS } from '../../../src/lib/units.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { noise } from '../../support/pictures.ts';
import { textOperations } from '../../support/pipeline-operations.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startWeb, type Web } from '../../support/web.ts';

const tools = textOperations();
const { computed } = tools;
const operations = tools.operations.map((operation) => ({ ...operation, deterministic: true }));
// Each piece of work is worth it here, however short it is.
const env = { DARKROOM_REUSE_MIN_MS: '0', DARKROOM_IO_SLOTS: '2' };

let web: Web;
beforeAll(async () => {
  web = await startWeb({
    '/a.txt': Buffer.from('a'),
    '/b.txt': Buffer.from('b'),
    '/secret.txt': Buffer.from('the secret of a deleted job'),
    '/picture.jpg': await noise(300, 200).jpeg().toBuffer(),
  });
});
afterAll(() => web.close());

let next = 0;
/** A word that no other test uses: no test finds what another one left. */
const word = () => `word-${next++}-`;

const assets = (...names: string[]) => names.map((name) => ({ source: { url: `${web.url}/${name}` } }));

const each = (tag: string, ...names: string[]) => ({
  operation: 'text.each',
  params: { tag },
  assets: assets(...(names.length > 0 ? names : ['a.txt'])),
});

interface Place {
  readonly lab: Lab;
  /** Where the store has its objects as files. */
  readonly directory: string;
}

async function filesOf({ lab }: Place, job: Job): Promise<Record<string, string>> {
  const { files } = await (await lab.jobs.open(job)).result();
  const texts = files.map(async ({ entry, open }) => [entry.path, await text(await open())] as const);
  return Object.fromEntries(await Promise.all(texts));
}

const run = async ({ lab }: Place, spec: Parameters<Lab['submit']>[0], tenant?: string): Promise<Job> =>
  lab.until(await lab.submit(spec, tenant), 'completed');

/** Paths of the objects whose path contains `part`. */
async function pathsOf({ directory }: Place, part: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => path.includes(part));
}

beforeEach(() => {
  computed.length = 0;
  tools.onCompute = async () => undefined;
});

const places = new Map<string, Place>();
let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3Server();
  const files = await startLab({ operations, env });
  places.set('files', { lab: files, directory: files.storeDir });
  const store = createS3Store({ bucket: s3.bucket, access: s3 });
  places.set('S3', { lab: await startLab({ operations, env, store }), directory: s3.directory });
}, BUILD_MS);
afterAll(async () => {
  for (const { lab } of places.values()) await lab.dispose();
  await s3.dispose();
});

describe.each(['files', 'S3'])('in a store on %s', (name) => {
  const placeOf = () => places.get(name) as Place;

  test('an equal job copies the files, and shows it in its status and usage', async () => {
    const place = placeOf();
    const spec = each(word(), 'a.txt', 'b.txt');
    const first = await run(place, spec);
    const second = await run(place, spec);
    expect(computed).toHaveLength(1);
    expect(first).toMatchObject({ steps: [{ inputs: { reused: 0 } }], usage: { reused_seconds: 0 } });
    expect(second.steps).toMatchObject([{ inputs: { total: 2, failed: 0, reused: 2 }, progress: 100 }]);
    expect(second.usage).toMatchObject({
      ...{ bytes_in: 2, bytes_out: first.usage.bytes_out },
      reused_seconds: first.usage.compute_seconds,
    });
    const { tag } = spec.params;
    expect(await filesOf(place, second)).toEqual({ 'a.txt': `${tag}(a)`, 'b.txt': `${tag}(b)` });
  });

  test('the copies stay when the first job is deleted; the next equal job computes', async () => {
    const place = placeOf();
    const spec = each(word());
    const [first, second] = [await run(place, spec), await run(place, spec)];
    await place.lab.jobs.delete(first);
    expect(await filesOf(place, second)).toEqual({ 'a.txt': `${spec.params.tag}(a)` });
    const third = await run(place, spec);
    expect(computed).toHaveLength(2);
    expect(third.steps).toMatchObject([{ inputs: { reused: 0 } }]);
    expect(await filesOf(place, third)).toEqual({ 'a.txt': `${spec.params.tag}(a)` });
  });

  test('no byte of a deleted job is left for others', async () => {
    const place = placeOf();
    const spec = each(word(), 'secret.txt');
    await place.lab.jobs.delete(await run(place, spec));
    for (const path of await pathsOf(place, '')) {
      const bytes = await readFile(path);
      for (const private_ of ['the secret', 'secret.txt', spec.params.tag])
        expect(bytes.includes(private_), path).toBe(false);
    }
    await run(place, spec);
    expect(computed).toHaveLength(2);
  });

  test.each<[string, (job: Job) => string, (bytes: Buffer) => Buffer]>([
    ['a file', ({ id }) => `/${id}/runs/1/main/output-`, (bytes) => Buffer.alloc(bytes.length, 'x')],
    ['a file that is cut off', ({ id }) => `/${id}/runs/1/main/output-`, (bytes) => bytes.subarray(1)],
    [
      'a checkpoint',
      ({ id }) => `/${id}/runs/1/main/checkpoint-`,
      (bytes) => Buffer.from(bytes.toString().replace('a.txt', 'x.txt')),
    ],
    ['an entry', () => '/_reuse/', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['an empty entry', () => '/_reuse/', () => Buffer.alloc(0)],
  ])('%s with other bytes gives no wrong result', async (_, placeOfBytes, change) => {
    const place = placeOf();
    const spec = each(word());
    const first = await run(place, spec);
    const paths = await pathsOf(place, placeOfBytes(first));
    expect(paths).not.toEqual([]);
    for (const path of paths) await writeFile(path, change(await readFile(path)));
    const second = await run(place, spec);
    expect(await filesOf(place, second)).toEqual({ 'a.txt': `${spec.params.tag}(a)` });
    expect(computed).toHaveLength(2);
    // What is there now can be used again.
    await run(place, spec);
    expect(computed).toHaveLength(2);
  });

  test('an operation with several stages reuses each, with the files between them', async () => {
    const place = placeOf();
    const spec = {
      operation: 'image.contact-sheet',
      params: { title: word() },
      assets: assets('picture.jpg', 'picture.jpg'),
    };
    const files = (job: Job) => filesOf(place, job);
    const [first, second] = [await run(place, spec), await run(place, spec)];
    expect(second.steps).toMatchObject([{ inputs: { total: 2, reused: 2 } }]);
    expect(second.usage.reused_seconds).toBe(first.usage.compute_seconds);
    const third = await run(place, { ...spec, reuse: false });
    expect(third.usage.reused_seconds).toBe(0);
    expect(await files(second)).toEqual(await files(third));
  });
});

describe('equal work is', () => {
  const place = () => places.get('files') as Place;

  test.each<[string, (spec: ReturnType<typeof each>) => Parameters<Lab['submit']>[0]]>([
    ['other bytes', (spec) => ({ ...spec, assets: assets('b.txt') })],
    [
      'another name',
      ({ assets, ...spec }) => ({ ...spec, assets: [{ ...assets[0], name: 'x.txt' } as never] }),
    ],
    [
      'another attribute',
      ({ assets, ...spec }) => ({ ...spec, assets: [{ ...assets[0], attributes: { x: 1 } } as never] }),
    ],
    ['another parameter', (spec) => ({ ...spec, params: { ...spec.params, on_error: 'skip' } })],
    ['another operation', (spec) => ({ ...spec, operation: 'text.join' })],
    ['reuse: false', (spec) => ({ ...spec, reuse: false })],
  ])('not what has %s', async (_, change) => {
    const spec = each(word());
    await run(place(), spec);
    const second = await run(place(), change(spec));
    expect(computed).toHaveLength(2);
    expect(second.usage.reused_seconds).toBe(0);
  });

  test('what has the same parameters with the defaults written out', async () => {
    const spec = each(word());
    await run(place(), spec);
    await run(place(), { ...spec, params: { on_error: 'fail', fail: false, ...spec.params } });
    expect(computed).toHaveLength(1);
  });

  test('not that of another tenant', async () => {
    const spec = each(word());
    const jobs = [await run(place(), spec, 'acme'), await run(place(), spec, 'beta')];
    expect(computed).toHaveLength(2);
    for (const job of jobs) expect(job.steps).toMatchObject([{ inputs: { reused: 0 } }]);
  });

  test('not that of a job with reuse: false, of a failed input, or of an earlier run', async () => {
    const spec = each(word());
    await run(place(), { ...spec, reuse: false });
    const job = await run(place(), spec);
    expect(computed).toHaveLength(2);
    const opened = await place().lab.jobs.open(job);
    await place().lab.until(await opened.rerun({}), 'completed');
    expect(computed).toHaveLength(3);

    const skipping = { ...spec, params: { ...spec.params, fail_on: 'b', on_error: 'skip' } };
    for (let times = 0; times < 2; times++)
      await run(place(), { ...skipping, assets: assets('a.txt', 'b.txt') });
    expect(computed).toHaveLength(5);
  });

  test('that of each step of a pipeline, unless the step says otherwise', async () => {
    const [one, two] = [word(), word()];
    const { operation, params, assets } = each(one);
    const spec = {
      assets,
      steps: {
        one: { operation, params },
        two: { operation, params: { tag: two }, use: ['one'], reuse: false },
        three: { operation: 'text.join', params: { tag: 'all' }, use: ['one', 'two'] },
      },
    };
    await run(place(), spec);
    const second = await run(place(), spec);
    expect(computed).toEqual([one, two, 'all', two]);
    expect(second.steps).toMatchObject([
      { name: 'one', inputs: { reused: 1 } },
      { name: 'two', inputs: { reused: 0 } },
      { name: 'three', inputs: { total: 2, reused: 2 } },
    ]);
    expect(await filesOf(place(), second)).toEqual({ 'joined.txt': `all(${one}(a) ${two}(${one}(a)))` });
  });

  test('that of equal inputs, whatever condition selected them', async () => {
    const { operation, params, assets: all } = each(word(), 'a.txt', 'b.txt');
    const submit = (when: string) =>
      run(place(), { assets: all, steps: { one: { operation, params, when } } });
    await submit('name == "a.txt"');
    const second = await submit('name < "b"');
    expect(computed).toEqual([params.tag]);
    expect(second.steps).toMatchObject([{ inputs: { total: 1, skipped: 1, reused: 1 } }]);
  });

  test('forgotten after the time of the settings', async () => {
    const spec = each(word());
    await run(place(), spec);
    const sweep = (days: number) =>
      place().lab.retention.execute(
        new Date(Date.now() + days * DAY_MS),
        new AbortController().signal,
        () => undefined,
      );
    expect((await sweep(6.9)).reusable).toBe(0);
    await run(place(), spec);
    expect(computed).toHaveLength(1);
    expect((await sweep(7.1)).reusable).toBeGreaterThan(0);
    expect(await pathsOf(place(), '/_reuse/')).toEqual([]);
    await run(place(), spec);
    expect(computed).toHaveLength(2);
  });
});

describe('of equal jobs at once', () => {
  const place = () => places.get('files') as Place;
  const COUNT = 20;

  /** Holds all computations until `open`, and counts those that began. */
  function hold() {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const held = { begun: 0, open: () => open() };
    tools.onCompute = async (_, signal) => {
      held.begun += 1;
      await Promise.race([
        opened,
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ]);
    };
    return held;
  }

  const pendingOf = async (job: Job) => (await place().lab.jobs.open(job)).pending[0];

  test('one computes and the others wait without a slot; when it is cancelled, another one computes', async () => {
    const { lab } = place();
    const spec = each(word());
    const held = hold();
    const jobs = await Promise.all(Array.from({ length: COUNT }, () => lab.submit(spec)));
    const waiting = { timeout: 120_000, interval: 200 };
    // The reason stays while an attempt looks again.
    const areWaiting = async () =>
      (await Promise.all(jobs.map(pendingOf))).map((one) => one?.error?.code === 'result_awaited');
    await expect.poll(async () => (await areWaiting()).filter(Boolean).length, waiting).toBe(COUNT - 1);
    expect(held.begun).toBe(1);
    const first = jobs[(await areWaiting()).indexOf(false)] as Job;

    // Of two slots the first job has one.
    const beside = hold();
    beside.open();
    await run(place(), each(word()));
    const again = hold();
    await (await lab.jobs.open(first)).control('cancel');
    await lab.until(first, 'cancelled');
    await expect.poll(() => again.begun, waiting).toBe(1);
    again.open();
    held.open();
    const others = jobs.filter((job) => job !== first);
    const ended = await Promise.all(others.map((job) => lab.until(job, 'completed', 'failed')));
    expect(ended.every(({ state }) => state === 'completed')).toBe(true);
    expect(ended.filter(({ usage }) => usage.reused_seconds > 0)).toHaveLength(COUNT - 2);
    expect(computed.filter((tag) => tag === spec.params.tag)).toHaveLength(1);
  });

  test('when the first fails, another one computes', async () => {
    const { lab } = place();
    const spec = each(word());
    let begun = 0;
    tools.onCompute = async () => {
      begun += 1;
      if (begun === 1) throw new DarkroomError('operation_failed', 'The first one fails');
    };
    const jobs = await Promise.all(Array.from({ length: 5 }, () => lab.submit(spec)));
    const ended = await Promise.all(jobs.map((job) => lab.until(job, 'completed', 'failed')));
    expect(ended.map(({ state }) => state).sort()).toEqual([...Array(4).fill('completed'), 'failed']);
    expect(computed).toHaveLength(1);
  });
});
