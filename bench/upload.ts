/**
 * A large file that is uploaded with its job in one form. The baselines are a web server that writes the same body to the
 * same disk, and one that hashes it, too. The memory of the API must not depend on the size of the file.
 */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Job, RequestView } from '../src/client/client.ts';
import { jobPrefix } from '../src/storage/layout.ts';
import { startBare } from './bare.ts';
import { memory, resetPeak } from './processes.ts';
import { read } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured } from './timing.ts';
import { createForm, expectContent, type Form, sendForm } from './transfer.ts';

const MEGABYTES = 256;
const TIMES = 5;

export async function* benchUpload(rig: Rig): AsyncGenerator<Row> {
  const { url, api, dataDir } = rig;
  const bare = await startBare(dataDir);
  // Without a worker, only the upload is measured.
  const form = createForm({ operation: 'test.echo' }, MEGABYTES);
  const ours: Measured<string> = {
    run: () => sendForm(`${url}/v1/jobs`, form),
    check: (body) => checkUpload(rig, JSON.parse(body) as Job, form),
  };
  /** Both servers write to one file. Only a server that hashes returns a digest. */
  const bareUpload = (path: string, digest: string): Measured<string> => ({
    run: () => sendForm(`${bare.url}${path}`, form),
    check: async (body) => {
      assert.equal(body, digest);
      await expectContent(createReadStream(join(dataDir, 'kept')), form.body);
    },
  });
  const writing = bareUpload('/keep', '');
  const hashing = bareUpload('/keep?hash', form.body.sha256);
  const idle = (await memory(api)).now;
  await alternate(1, ours, writing);
  await resetPeak(api);
  const plain = await alternate(TIMES, ours, writing);
  const hashed = await alternate(TIMES, ours, hashing);
  const { peak } = await memory(api);
  await bare.stop();
  const perSecond = (ms: number) => MEGABYTES / (ms / 1000);
  yield* [
    row('upload, vs. a server that writes it', 'MB/s', perSecond(plain.ours), perSecond(plain.raw)),
    row(
      'upload, vs. a server that writes and hashes it',
      'MB/s',
      perSecond(hashed.ours),
      perSecond(hashed.raw),
    ),
    row('peak memory of the API, vs. idle', 'MB', peak, idle),
  ];
}

/** Checks what the server says that it received, and what it stored. */
async function checkUpload({ url, store }: Rig, job: Job, { file }: Form): Promise<void> {
  const { assets } = await read<RequestView>(`${url}/v1/jobs/${job.id}/request`);
  assert.deepEqual(
    assets.shown.map(({ name, source }) => [name, source]),
    [['large.bin', { upload: file }]],
  );
  const stored = [];
  for await (const { key } of store.list(`${jobPrefix(job)}uploads/`)) stored.push(key);
  assert.equal(stored.length, 1);
  await expectContent(await store.get(stored[0] ?? ''), file);
}
