/**
 * A 3D model from eight small photographs. The baseline calls the same stages one after the other in one directory, without
 * Temporal and checkpoints.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { limitsByPixels } from '../operations/lib/picture-process/limits.ts';
import { PicturePool } from '../operations/lib/picture-process/picture-pool.ts';
import { detectSandbox, type Sandbox } from '../operations/lib/sandbox/sandbox.ts';
import type { InputFile, InstalledEngine } from '../operations/operation.ts';
import { reconstruct } from '../operations/reconstruct/index.ts';
import { readConfig } from '../src/config/config.ts';
import { installedEngines } from '../src/engines/installation.ts';
import { read, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate } from './timing.ts';

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
  const times = await alternate(
    TIMES,
    () => runJob(rig.url, inputs),
    async () => runStages(tools, inputs, await mkdtemp(join(rig.dataDir, 'bare-'))),
  );
  await pool.close();
  const label = `model from ${VIEWS} small photographs, vs. its stages alone`;
  yield row(label, 's', times.ours / 1000, times.raw / 1000);
}

async function renderPhotographs({ packages }: InstalledEngine, folder: string): Promise<InputFile[]> {
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

async function runJob(url: string, inputs: readonly InputFile[]): Promise<void> {
  const assets = inputs.map(({ path }) => ({ source: { path: basename(path) } }));
  const id = await submit(url, { operation: 'reconstruct', params, assets });
  for (;;) {
    const { state } = await read<{ state: string }>(`${url}/v1/jobs/${id}`);
    if (state === 'completed') return;
    if (state === 'failed') throw new Error(`Job ${id} failed`);
    await sleep(100);
  }
}

interface Tools {
  readonly engine: InstalledEngine;
  readonly pool: PicturePool;
  readonly sandbox: Sandbox;
}

async function runStages(
  { engine, pool, sandbox }: Tools,
  inputs: readonly InputFile[],
  folder: string,
): Promise<void> {
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
    });
  }
}
