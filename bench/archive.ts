/**
 * The results of a job as one streamed ZIP. The baselines are a web server that sends the same files one after the other, and
 * `zip -0`, which writes a ZIP without HTTP. Large files show the cost per byte, small files the cost per file.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestKey, outputPrefix } from '../src/storage/layout.ts';
import { startBare } from './bare.ts';
import { memory, resetPeak } from './processes.ts';
import { read, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate } from './timing.ts';
import { MB, receive } from './transfer.ts';

const TIMES = 5;

interface FileSet {
  readonly label: string;
  readonly files: number;
  /** Bytes. */
  readonly size: number;
}

const fileSets: readonly FileSet[] = [
  { label: '8 files of 32 MB', files: 8, size: 32 * MB },
  { label: '5,000 files of 8 KB', files: 5000, size: 8 * 1024 },
];

export async function* benchArchive(rig: Rig): AsyncGenerator<Row> {
  for (const fileSet of fileSets) yield* benchFileSet(rig, fileSet);
}

async function* benchFileSet(rig: Rig, fileSet: FileSet): AsyncGenerator<Row> {
  const { url, api, dataDir } = rig;
  const folder = join(dataDir, `bare-${fileSet.files}`);
  const id = await createJobWithFiles(rig, fileSet, folder);
  const bare = await startBare(dataDir, folder);
  const ours = () => receive(`${url}/v1/jobs/${id}/archive`);
  const raw = () => receive(`${bare.url}/all`);
  const idle = (await memory(api)).now;
  await alternate(1, ours, raw);
  await resetPeak(api);
  const sent = await alternate(TIMES, ours, raw);
  const { peak } = await memory(api);
  await bare.stop();
  const megabytes = (fileSet.files * fileSet.size) / MB;
  const perSecond = (ms: number) => megabytes / (ms / 1000);
  yield* [
    row(`ZIP of ${fileSet.label}, vs. sending the files`, 'MB/s', perSecond(sent.ours), perSecond(sent.raw)),
    row('peak memory of the API, vs. idle', 'MB', peak, idle),
  ];
  if (!(await runZip(folder))) return;
  const zipped = await alternate(TIMES, ours, () => runZip(folder));
  yield row(`ZIP of ${fileSet.label}, vs. \`zip -0\``, 'MB/s', perSecond(zipped.ours), perSecond(zipped.raw));
}

/** Runs a job and replaces its result by these files. Writes the same files to `folder`. Returns the id of the job. */
async function createJobWithFiles(
  { url, store, startWorker }: Rig,
  fileSet: FileSet,
  folder: string,
): Promise<string> {
  await startWorker();
  const id = await submit(url, { operation: 'system.echo' }, 'wait=30');
  const job = { tenant: 'public', id, run: 1, fingerprint: '' };
  const bytes = Buffer.alloc(fileSet.size, 'The archive stores the files without compression. ');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await mkdir(folder, { recursive: true });
  const files = [];
  for (let index = 0; index < fileSet.files; index++) {
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

/** Archives a folder with `zip` and discards the archive. Returns false if there is no `zip`. */
async function runZip(folder: string): Promise<boolean> {
  const child = spawn('zip', ['-0', '-q', '-r', '-', '.'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('error', () => undefined);
  const [code] = await once(child, 'close');
  return code === 0;
}
