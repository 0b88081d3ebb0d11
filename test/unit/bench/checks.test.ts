/** The checks of the benchmarks: a benchmark that received wrong data fails instead of reporting a value. */
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { checkArchive } from '../../../bench/archive.ts';
import { checkEvents } from '../../../bench/events.ts';
import { checkJobs } from '../../../bench/list.ts';
import { row } from '../../../bench/rows.ts';
import { alternate, timed } from '../../../bench/timing.ts';
import { createForm, expectContent } from '../../../bench/transfer.ts';
import { zipStream } from '../../../src/api/zip/stream.ts';
import type { Job } from '../../../src/client/client.ts';

const fileSet = { label: '2 files', files: 2, size: 100 };
const content = Buffer.alloc(100, 'The archive stores the files without compression. ');

async function archive(files: Readonly<Record<string, Buffer>>): Promise<Buffer[]> {
  const entries = Object.entries(files).map(([name, bytes]) => ({
    name,
    size: bytes.length,
    crc32: crc32(bytes),
    modified: new Date(),
    open: async () => Readable.from([bytes]),
  }));
  const chunks = [];
  for await (const chunk of zipStream(entries) as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return chunks;
}

const good = { 'picture-0.bin': content, 'picture-1.bin': content };

test('accepts an archive with all files', async () => {
  checkArchive(await archive(good), fileSet, []);
  checkArchive(await archive({ ...good, 'manifest.json': Buffer.from('{}') }), fileSet, ['manifest.json']);
});

test.each([
  ['nothing but a manifest', { 'manifest.json': Buffer.from('{}') }],
  ['a file less', { 'picture-0.bin': content }],
  ['a file more', { ...good, 'picture-2.bin': content }],
  ['other bytes', { ...good, 'picture-1.bin': Buffer.alloc(100) }],
  ['an empty file', { ...good, 'picture-1.bin': Buffer.of() }],
])('rejects an archive with %s', async (_, files) => {
  const chunks = await archive(files);
  expect(() => checkArchive(chunks, fileSet, ['manifest.json'])).toThrow();
});

test('rejects an archive that is cut off', async () => {
  const bytes = Buffer.concat(await archive(good));
  expect(() => checkArchive([bytes.subarray(0, -30)], fileSet, [])).toThrow();
});

test('counts no time of a result that its check rejects', async () => {
  const wrong = vi.fn();
  const ours = { run: async () => 1, check: () => wrong() };
  const raw = {
    run: async (index: number) => index,
    check: (result: number) => {
      if (result === 2) throw new Error('wrong result');
    },
  };
  await expect(alternate(5, ours, raw)).rejects.toThrow('wrong result');
  expect(wrong).toHaveBeenCalledTimes(2);
  await expect(timed(raw, 2)).rejects.toThrow('wrong result');
});

test('rejects content of another size or with other bytes', async () => {
  const { file } = createForm({}, 1);
  await expect(expectContent(Readable.from([Buffer.alloc(file.size)]), file)).rejects.toThrow();
  await expect(expectContent(Readable.from([]), file)).rejects.toThrow();
  await expect(expectContent(null, file)).rejects.toThrow('There are no bytes');
});

const job = (id: string, state: Job['state']) => ({ id, state }) as Job;
const isFailed = ({ state }: Job) => state === 'failed';

test.each([
  ['too few jobs', [job('a', 'failed')]],
  ['a job twice', [job('a', 'failed'), job('a', 'failed')]],
  ['a job that does not match', [job('a', 'failed'), job('b', 'completed')]],
])('rejects a list with %s', (_, jobs) => {
  checkJobs([job('a', 'failed'), job('b', 'failed')], 2, isFailed);
  expect(() => checkJobs(jobs, 2, isFailed)).toThrow();
});

const state = (seq: number) => ({ type: 'state', data: { run: 1, seq } });
const progress = (percent: number) => ({ type: 'progress', data: { run: 1, progress: percent } });

test.each([
  ['nothing', [], false],
  ['a state left out', [state(1), state(3)], false],
  ['progress of an idle job', [state(1), progress(0), progress(1)], false],
  ['no progress of a running job', [state(1), progress(0)], true],
  ['progress that goes back', [state(1), progress(2), progress(1)], true],
  ['other events', [state(1), { type: 'end', data: { run: 1 } }], false],
])('rejects a reader of events that received %s', (_, events, progresses) => {
  checkEvents([state(1), progress(0)], false);
  checkEvents([state(1), progress(1), state(2), progress(2)], true);
  expect(() => checkEvents(events, progresses)).toThrow();
});

test('rejects a value that cannot be measured', () => {
  expect(() => row('jobs', '1/s', Number.POSITIVE_INFINITY)).toThrow(RangeError);
  expect(() => row('jobs', '1/s', 1, -1)).toThrow(RangeError);
  expect(row('memory', 'MB', Number.NaN)).toMatchObject({ baseline: null });
});
