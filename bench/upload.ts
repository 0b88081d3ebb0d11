/**
 * A large file that is uploaded with its job in one form. The baselines are a web server that writes the same body to the
 * same disk, and one that hashes it, too. The memory of the API must not depend on the size of the file.
 */
import { startBare } from './bare.ts';
import { memory, resetPeak } from './processes.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate } from './timing.ts';
import { sendForm } from './transfer.ts';

const MEGABYTES = 256;
const TIMES = 5;

export async function* benchUpload({ url, api, dataDir }: Rig): AsyncGenerator<Row> {
  const bare = await startBare(dataDir);
  // Without a worker, only the upload is measured.
  const job = { operation: 'test.echo' };
  const ours = () => sendForm(`${url}/v1/jobs`, job, MEGABYTES);
  const writing = () => sendForm(`${bare.url}/keep`, job, MEGABYTES);
  const hashing = () => sendForm(`${bare.url}/keep?hash`, job, MEGABYTES);
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
