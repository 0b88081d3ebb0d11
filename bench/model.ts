/**
 * A 3D model from eight small photographs. The baseline calls the same stages one after the other in one directory, without
 * Temporal and checkpoints.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { noDestinations } from '../operations/lib/no-destinations.ts';
import { limitsByPixels } from '../operations/lib/picture-process/limits.ts';
import { PicturePool } from '../operations/lib/picture-process/picture-pool.ts';
import { detectSandbox, type Sandbox } from '../operations/lib/sandbox/sandbox.ts';
import type { InputFile, InstalledEngine } from '../operations/operation.ts';
import { reconstruct } from '../operations/reconstruct/index.ts';
import type { Job } from '../src/client/client.ts';
import { readConfig } from '../src/config/config.ts';
import { installedEngines } from '../src/engines/installation.ts';
import { read, readEnd, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured } from './timing.ts';

const TIMES = 3;
const VIEWS = 8;
const WIDTH = 480;

const script = fileURLToPath(new URL('../../test/support/scene/render.py', import.meta.url));
const params = { quality: 'low', use_gpu: false, on_error: 'fail', on_damaged: 'fail' } as const;

export async function* benchModel(rig: Rig): AsyncGenerator<Row> {
  const engine = (await installedEngines(readConfig().DARKROOM_CACHE)).get('reconstruct');
  if (!engine) return console.log('  skipped: run "darkroom engines install reconstruct" first');
  await rig.startWorker();
  const inputs = await renderPhotographs(engine, join(rig.dataDir, 'inputs'));
  const sandbox = await detectSandbox('auto');
  const directory = join(rig.dataDir, 'bare-pictures');
  const pool = new PicturePool({ sandbox, directory, size: 1, limits: limitsByPixels(totalmem()) });
  const tools = { engine, pool, sandbox };
  const ours: Measured<Job> = {
    run: () => runJob(rig.url, inputs),
    check: (job) => checkJob(rig.url, job),
  };
  const raw: Measured<string> = {
    run: async () => runStages(tools, inputs, await mkdtemp(join(rig.dataDir, 'bare-'))),
    check: async (outputs) => {
      for (const path of MODEL) assert.ok((await stat(join(outputs, path))).size > 0, `${path} is empty`);
      checkMetadata(JSON.parse(await readFile(join(outputs, 'metadata.json'), 'utf8')) as ModelMetadata);
    },
  };
  const times = await alternate(TIMES, ours, raw);
  await pool.close();
  const label = `model from ${VIEWS} small photographs, vs. its stages alone`;
  yield row(label, 's', times.ours / 1000, times.raw / 1000);
}

/** Renders views of a synthetic scene to a directory, which is made. */
export async function renderPhotographs({ packages }: InstalledEngine, folder: string): Promise<InputFile[]> {
  await mkdir(folder, { recursive: true });
  const args = ['-B', script, folder, '--views', String(VIEWS), '--width', String(WIDTH)];
  await promisify(execFile)('python3', args, { env: { ...process.env, PYTHONPATH: packages } });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const path = join(folder, name);
      return { index, name, path, size: (await stat(path)).size, attributes: {} };
    }),
  );
}

async function runJob(url: string, inputs: readonly InputFile[]): Promise<Job> {
  const assets = inputs.map(({ path }) => ({ source: { path: basename(path) } }));
  const { id } = await submit(url, { operation: 'reconstruct', params, assets });
  return readEnd(url, id, 100);
}

/** Files of every model. */
const MODEL = ['metadata.json', 'mesh/reconstructed_mesh.obj', 'reconstructed_model.glb'];

interface ModelMetadata {
  readonly photos: { readonly used: number; readonly registered: number };
}

/** Every photograph must be in the model. */
const checkMetadata = ({ photos: { used, registered } }: ModelMetadata): void =>
  assert.deepEqual([used, registered], [VIEWS, VIEWS]);

async function checkJob(url: string, job: Job): Promise<void> {
  const { files } = await readResult(url, job);
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  for (const path of MODEL) {
    const response = await fetch(`${url}/v1/jobs/${job.id}/files/${path}`);
    const { byteLength } = await response.arrayBuffer();
    assert.deepEqual([response.status, byteLength], [200, sizes.get(path)], path);
  }
  checkMetadata(await read<ModelMetadata>(`${url}/v1/jobs/${job.id}/files/metadata.json`));
}

interface Tools {
  readonly engine: InstalledEngine;
  readonly pool: PicturePool;
  readonly sandbox: Sandbox;
}

/** Runs the stages. Returns the directory of their outputs. */
async function runStages(
  { engine, pool, sandbox }: Tools,
  inputs: readonly InputFile[],
  folder: string,
): Promise<string> {
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  for (const stage of reconstruct.stages) {
    await stage.run({
      params,
      inputs,
      leftOut: [],
      workspace,
      outputs: {
        create: async (name) => {
          const path = join(folder, 'outputs', name);
          await mkdir(dirname(path), { recursive: true });
          return { name, path };
        },
        json: async () => undefined,
      },
      progress: () => undefined,
      onProcess: () => undefined,
      signal: new AbortController().signal,
      log: () => undefined,
      note: () => undefined,
      engine: () => engine,
      memory: null,
      pictures: pool.forTenant('bench'),
      sandbox,
      fail: (_, error) => {
        throw error;
      },
      attempt: 1,
      scheduledAt: Date.now(),
      destinations: noDestinations,
    });
  }
  return join(folder, 'outputs');
}
