/**
 * A large file with its job, as one form. Ratio 1 would mean that taking the form apart, hashing, storing and starting a
 * durable job cost nothing on top of a web server that writes the same body to the same disk (and, in the second row,
 * hashes it too). The API should hold little more memory than before, whatever the size of the file.
 */
import { startBare } from './bare.ts';
import { forgetPeak, memory } from './processes.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { inTurn } from './timing.ts';
import { sendForm } from './transfer.ts';

const MEGABYTES = 256;
const TIMES = 5;

export async function* benchUpload({ url, api, dataDir }: Rig): AsyncGenerator<Row> {
  const bare = await startBare(dataDir);
  // No worker: nothing but the upload is measured.
  const job = { operation: 'test.echo' };
  const ours = () => sendForm(`${url}/v1/jobs`, job, MEGABYTES);
  const writing = () => sendForm(`${bare.url}/keep`, job, MEGABYTES);
  const hashing = () => sendForm(`${bare.url}/keep?hash`, job, MEGABYTES);
  const resting = (await memory(api)).now;
  await inTurn(1, ours, writing);
  await forgetPeak(api);
  const plain = await inTurn(TIMES, ours, writing);
  const hashed = await inTurn(TIMES, ours, hashing);
  const { peak } = await memory(api);
  await bare.stop();
  const perSecond = (ms: number) => MEGABYTES / (ms / 1000);
  yield* [
    row('upload, next to a bare server that writes it', 'MB/s', perSecond(plain.ours), perSecond(plain.raw)),
    row('upload, next to one that hashes it too', 'MB/s', perSecond(hashed.ours), perSecond(hashed.raw)),
    row('most memory of the API meanwhile, next to that at rest', 'MB', peak, resting),
  ];
}
