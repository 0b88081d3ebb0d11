/**
 * The results of a job as one ZIP, made while it is sent. Ratio 1 would mean that the ZIP (a CRC of every byte, headers, the
 * manifest) costs nothing on top of a web server that sends the same files one after the other; `zip -0` is what
 * the ZIP alone costs without HTTP. Large files show the cost of a byte, small ones that of a file.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestKey, outputPrefix } from '../src/storage/layout.ts';
import { startBare } from './bare.ts';
import { forgetPeak, memory } from './processes.ts';
import { read, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { inTurn } from './timing.ts';
import { MB, receive } from './transfer.ts';

const TIMES = 5;

interface Shape {
  readonly what: string;
  readonly files: number;
  /** Bytes. */
  readonly size: number;
}

const shapes: readonly Shape[] = [
  { what: '8 files of 32 MB', files: 8, size: 32 * MB },
  { what: '5,000 files of 8 KB', files: 5000, size: 8 * 1024 },
];

export async function* benchArchive(rig: Rig): AsyncGenerator<Row> {
  for (const shape of shapes) yield* benchShape(rig, shape);
}

async function* benchShape(rig: Rig, shape: Shape): AsyncGenerator<Row> {
  const { url, api, dataDir } = rig;
  const folder = join(dataDir, `bare-${shape.files}`);
  const id = await jobWithFiles(rig, shape, folder);
  const bare = await startBare(dataDir, folder);
  const ours = () => receive(`${url}/v1/jobs/${id}/archive`);
  const raw = () => receive(`${bare.url}/all`);
  const resting = (await memory(api)).now;
  await inTurn(1, ours, raw);
  await forgetPeak(api);
  const sent = await inTurn(TIMES, ours, raw);
  const { peak } = await memory(api);
  await bare.stop();
  const megabytes = (shape.files * shape.size) / MB;
  const perSecond = (ms: number) => megabytes / (ms / 1000);
  yield* [
    row(`ZIP of ${shape.what}, next to sending them`, 'MB/s', perSecond(sent.ours), perSecond(sent.raw)),
    row('most memory of the API meanwhile, next to that at rest', 'MB', peak, resting),
  ];
  if (!(await zips(folder))) return;
  const zipped = await inTurn(TIMES, ours, () => zips(folder));
  yield row(
    `ZIP of ${shape.what}, next to \`zip -0\``,
    'MB/s',
    perSecond(zipped.ours),
    perSecond(zipped.raw),
  );
}

/** A job that really ran, with these files as its result in place of the echo; the same files lie in `folder`. */
async function jobWithFiles({ url, store, startWorker }: Rig, shape: Shape, folder: string): Promise<string> {
  await startWorker();
  const id = await submit(url, { operation: 'system.echo' }, 'wait=30');
  const job = { tenant: 'public', id, run: 1, fingerprint: '' };
  const bytes = Buffer.alloc(shape.size, 'The bytes of a picture do not matter to an archive. ');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await mkdir(folder, { recursive: true });
  const files = [];
  for (let index = 0; index < shape.files; index++) {
    const path = `picture-${index}.bin`;
    const key = `${outputPrefix({ job, stage: { name: 'bench', run: 1 }, batch: null })}${path}`;
    await writeFile(join(folder, path), bytes);
    files.push({
      path,
      size: bytes.length,
      sha256,
      media_type: 'application/octet-stream',
      asset: null,
      key,
    });
    await store.put(key, bytes);
  }
  const manifest = await read<object>(`${url}/v1/jobs/${id}/result`);
  await store.put(manifestKey(job, 1), JSON.stringify({ ...manifest, kind: 'files', data: null, files }));
  return id;
}

/** Whether there is a `zip`, which has then made an archive of the folder for nobody. */
async function zips(folder: string): Promise<boolean> {
  const child = spawn('zip', ['-0', '-q', '-r', '-', '.'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('error', () => undefined);
  const [code] = await once(child, 'close');
  return code === 0;
}
