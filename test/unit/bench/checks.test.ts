/** The checks of the benchmarks: a benchmark that received wrong data fails instead of reporting a value. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { checkArchive } from '../../../bench/archive.ts';
import { checkEvents } from '../../../bench/events.ts';
import { checkJobs } from '../../../bench/list.ts';
import { checkModel } from '../../../bench/model.ts';
import { hasProcessFigures } from '../../../bench/processes.ts';
import { row } from '../../../bench/rows.ts';
import { alternate, timed } from '../../../bench/timing.ts';
import { createForm, expectContent } from '../../../bench/transfer.ts';
import { zipStream } from '../../../src/api/zip/stream.ts';
import type { Job } from '../../../src/client/client.ts';

const fileSet = { label: '2 files', files: 2, size: 100 };
/** As the benchmark fills the file of this name. */
const content = (name: string) => Buffer.alloc(100, `The archive stores ${name} without compression. `);
const [first, second] = [content('picture-0.bin'), content('picture-1.bin')];
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const manifestOf = (files: Readonly<Record<string, Buffer>>) =>
  Buffer.from(
    JSON.stringify({
      files: Object.entries(files).map(([path, bytes]) => ({ path, sha256: sha256(bytes) })),
    }),
  );

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

const good = { 'picture-0.bin': first, 'picture-1.bin': second };
const manifest = { 'manifest.json': manifestOf(good) };

test('accepts an archive with all files', async () => {
  checkArchive(await archive(good), fileSet, { hasManifest: false });
  checkArchive(await archive({ ...good, ...manifest }), fileSet, { hasManifest: true });
});

test.each([
  ['nothing but a manifest', manifest],
  ['no manifest', good],
  ['a manifest of other files', { ...good, 'manifest.json': manifestOf({ 'picture-0.bin': first }) }],
  [
    'a manifest of other bytes',
    { ...good, 'manifest.json': manifestOf({ ...good, 'picture-1.bin': first }) },
  ],
  ['a file less', { 'picture-0.bin': first, ...manifest }],
  ['a file more', { ...good, 'picture-2.bin': first, ...manifest }],
  ['one file twice', { 'picture-0.bin': first, 'picture-1.bin': first, ...manifest }],
  ['other bytes', { ...good, 'picture-1.bin': Buffer.alloc(100), ...manifest }],
  ['an empty file', { ...good, 'picture-1.bin': Buffer.of(), ...manifest }],
])('rejects an archive with %s', async (_, files) => {
  const chunks = await archive(files);
  expect(() => checkArchive(chunks, fileSet, { hasManifest: true })).toThrow();
});

test('rejects an archive that is cut off', async () => {
  const bytes = Buffer.concat(await archive(good));
  expect(() => checkArchive([bytes.subarray(0, -30)], fileSet, { hasManifest: false })).toThrow();
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

const state = (seq: number, name: Job['state']) => ({ type: 'state', data: { run: 1, seq, state: name } });
const progress = (percent: number) => ({ type: 'progress', data: { run: 1, progress: percent } });
const [created, processing] = [state(1, 'created'), state(2, 'processing')];

test.each([
  ['nothing', [], 'created'],
  ['a state left out', [created, state(3, 'processing'), progress(0), progress(1)], 'processing'],
  ['another state', [created, processing, progress(0)], 'created'],
  ['no state of a running job', [created, progress(0), progress(1)], 'processing'],
  ['progress of an idle job', [created, progress(0), progress(1)], 'created'],
  ['no progress of a running job', [created, processing, progress(0)], 'processing'],
  ['progress that goes back', [created, processing, progress(2), progress(1)], 'processing'],
  ['progress that is no number', [created, processing, progress(1), progress(Number.NaN)], 'processing'],
  ['other events', [created, { type: 'end', data: { run: 1 } }], 'created'],
] as const)('rejects a reader of events that received %s', (_, events, watched) => {
  checkEvents([created, progress(0)], 'created');
  checkEvents([created, progress(1), processing, progress(2)], 'processing');
  expect(() => checkEvents([...events], watched)).toThrow();
});

/** A sheet of 40 by 40 vertices, with two triangles in each square. */
function sheet({ faces = true, extra = '' } = {}): string {
  const lines = [];
  for (let at = 0; at < 1600; at++) lines.push(`v ${at % 40} ${Math.floor(at / 40)} 0.5`);
  for (let at = 0; faces && at < 1559; at++)
    if (at % 40 < 39)
      lines.push(`f ${at + 1}/1 ${at + 2}/2 ${at + 41}/3`, `f ${at + 2} ${at + 42} ${at + 41}`);
  return `${lines.join('\n')}\n${extra}`;
}
const glb = Buffer.from('676c544602000000100000000000000000000000', 'hex').subarray(0, 16);
const model = {
  'metadata.json': '{"photos":{"used":8,"registered":8}}',
  'mesh/reconstructed_mesh.obj': sheet(),
  'reconstructed_model.glb': glb,
};
const check = (files: Readonly<Record<string, string | Buffer>>) =>
  checkModel(async (path) => Buffer.from(files[path] ?? ''));

test.each([
  ['photographs left out', { 'metadata.json': '{"photos":{"used":8,"registered":7}}' }],
  ['an empty mesh', { 'mesh/reconstructed_mesh.obj': '' }],
  ['a mesh without faces', { 'mesh/reconstructed_mesh.obj': sheet({ faces: false }) }],
  ['a face without a vertex', { 'mesh/reconstructed_mesh.obj': sheet({ extra: 'f 1 2 1601\n' }) }],
  ['a binary model that is cut off', { 'reconstructed_model.glb': glb.subarray(0, 12) }],
])('rejects a model with %s', async (_, files) => {
  await check(model);
  await expect(check({ ...model, ...files })).rejects.toThrow();
});

test('rejects a value that is no measurement', () => {
  expect(() => row('jobs', '1/s', Number.POSITIVE_INFINITY)).toThrow(RangeError);
  expect(() => row('jobs', '1/s', 1, -1)).toThrow(RangeError);
  if (!hasProcessFigures) return;
  expect(() => row('memory', 'MB', Number.NaN)).toThrow(RangeError);
  expect(() => row('memory', 'MB', 1, Number.NaN)).toThrow(RangeError);
});
