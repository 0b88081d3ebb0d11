/**
 * The results of a job as one streamed ZIP. The baselines are a web server that sends the same files one after the other, and
 * `zip -0`, which writes a ZIP without HTTP. Large files show the cost per byte, small files the cost per file.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Manifest } from '../src/client/client.ts';
import { manifestKey, outputPrefix } from '../src/storage/layout.ts';
import { startBare } from './bare.ts';
import { memory, resetPeak } from './processes.ts';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured } from './timing.ts';
import { digestOf, MB, receive } from './transfer.ts';
import { unzip } from './unzip.ts';

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
  const ours: Measured<Buffer[]> = {
    run: () => receive(`${url}/v1/jobs/${id}/archive`),
    check: (chunks) => checkArchive(chunks, fileSet, { hasManifest: true }),
  };
  const raw: Measured<Buffer[]> = {
    run: () => receive(`${bare.url}/all`),
    check: (chunks) =>
      assert.deepEqual(digestOf(chunks), digestOf(pathsOf(fileSet).map((path) => contentOf(fileSet, path)))),
  };
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
  if (!(await hasZip())) return;
  const program: Measured<Buffer[]> = {
    run: () => zipFolder(folder),
    check: (chunks) => checkArchive(chunks, fileSet, { hasManifest: false }),
  };
  const zipped = await alternate(TIMES, ours, program);
  yield row(`ZIP of ${fileSet.label}, vs. \`zip -0\``, 'MB/s', perSecond(zipped.ours), perSecond(zipped.raw));
}

/** In the order in which the baseline sends the files. */
const pathsOf = ({ files }: FileSet): string[] =>
  Array.from({ length: files }, (_, index) => `picture-${index}.bin`).sort();

/** Each file is another. */
const contentOf = ({ size }: FileSet, path: string): Buffer =>
  Buffer.alloc(size, `The archive stores ${path} without compression. `);

/**
 * Checks that an archive can be read, and has the files of the set, each with its own bytes, and a manifest that lists them.
 *
 * @throws AssertionError, or what is wrong with the archive
 */
export function checkArchive(
  chunks: readonly Buffer[],
  fileSet: FileSet,
  { hasManifest }: { readonly hasManifest: boolean },
): void {
  const files = unzip(Buffer.concat(chunks));
  const paths = pathsOf(fileSet);
  assert.deepEqual([...files.keys()].sort(), [...(hasManifest ? ['manifest.json'] : []), ...paths]);
  for (const path of paths)
    assert.ok(files.get(path)?.equals(contentOf(fileSet, path)), `${path} has other bytes`);
  if (!hasManifest) return;
  const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '') as Pick<Manifest, 'files'>;
  assert.deepEqual(
    manifest.files.map(({ path, sha256 }) => `${path} ${sha256}`).sort(),
    paths.map((path) => `${path} ${digestOf([contentOf(fileSet, path)]).sha256}`),
  );
}

/** Runs a job and replaces its result by these files. Writes the same files to `folder`. Returns the id of the job. */
async function createJobWithFiles(
  { url, store, startWorker }: Rig,
  fileSet: FileSet,
  folder: string,
): Promise<string> {
  await startWorker();
  const { id, state } = await submit(url, { operation: 'system.echo' }, 'wait=30');
  assert.equal(state, 'completed');
  const job = { tenant: 'public', id, run: 1, fingerprint: '' };
  await mkdir(folder, { recursive: true });
  const files = [];
  for (const path of pathsOf(fileSet)) {
    const bytes = contentOf(fileSet, path);
    const part = { job, step: 'main', stage: { name: 'bench', run: 1 }, batch: null };
    const key = `${outputPrefix(part, 'only')}${path}`;
    await writeFile(join(folder, path), bytes);
    const written = await store.put(key, bytes);
    files.push({ path, ...written, media_type: 'application/octet-stream', asset: null, key });
  }
  // From the store: the API keeps a manifest that it has read, and would send this one instead of the new one.
  const manifest = await store.get(manifestKey(job, 1));
  assert.ok(manifest);
  const changed = { ...((await json(manifest)) as object), kind: 'files', data: null, files };
  await store.put(manifestKey(job, 1), JSON.stringify(changed));
  return id;
}

const hasZip = (): Promise<boolean> =>
  new Promise((resolve) => {
    spawn('zip', ['-v'], { stdio: 'ignore' })
      .once('error', () => resolve(false))
      .once('close', (code) => resolve(code === 0));
  });

/** Returns an archive of the folder, made by the program `zip`. */
async function zipFolder(folder: string): Promise<Buffer[]> {
  const child = spawn('zip', ['-0', '-q', '-r', '-D', '-', '.'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  assert.deepEqual(await closed, [0, null]);
  return chunks;
}
