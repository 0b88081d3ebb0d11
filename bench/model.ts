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
import { readEnd, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured } from './timing.ts';
import { digestOf, receive } from './transfer.ts';

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
    check: (outputs) => checkModel((path) => readFile(join(outputs, path))),
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

const METADATA = 'metadata.json';
const MESH = 'mesh/reconstructed_mesh.obj';
const BINARY = 'reconstructed_model.glb';

/** A surface of the scene has thousands of vertices; this is far below what any run made. */
const LEAST_VERTICES = 500;

interface ModelMetadata {
  readonly photos: { readonly used: number; readonly registered: number };
}

/**
 * Checks that every photograph is in the model, and that its meshes have a surface.
 *
 * @throws AssertionError
 */
export async function checkModel(readOutput: (path: string) => Promise<Buffer>): Promise<void> {
  const { photos } = JSON.parse((await readOutput(METADATA)).toString()) as ModelMetadata;
  assert.deepEqual([photos.used, photos.registered], [VIEWS, VIEWS]);
  const mesh = (await readOutput(MESH)).toString();
  const vertices = mesh.match(/^v( -?[\d.]+(e[+-]?\d+)?){3}/gm)?.length ?? 0;
  assert.ok(vertices >= LEAST_VERTICES, `The mesh has ${vertices} vertices`);
  const corners = [...mesh.matchAll(/^f(( \d+\S*){3})$/gm)].flatMap(([, face = '']) =>
    face.trim().split(' '),
  );
  assert.ok(corners.length >= 3 * LEAST_VERTICES, `The mesh has ${corners.length / 3} faces`);
  assert.ok(
    corners.every((corner) => Number.parseInt(corner, 10) <= vertices),
    'A face has no vertex',
  );
  const glb = await readOutput(BINARY);
  // The header of glTF 2.0: magic, version, length.
  const header = [glb.toString('latin1', 0, 4), glb.readUInt32LE(4), glb.readUInt32LE(8)];
  assert.deepEqual(header, ['glTF', 2, glb.length]);
}

async function checkJob(url: string, job: Job): Promise<void> {
  const { files } = await readResult(url, job);
  await checkModel(async (path) => {
    const bytes = Buffer.concat(await receive(`${url}/v1/jobs/${job.id}/files/${path}`));
    const { size, sha256 } = files.find((file) => file.path === path) ?? {};
    assert.deepEqual(digestOf([bytes]), { size, sha256 }, path);
    return bytes;
  });
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
      logOutput: () => undefined,
      note: () => undefined,
      engine: () => engine,
      memory: null,
      pictures: pool.forTenant('bench'),
      sandbox,
      fail: (_, error) => {
        throw error;
      },
      attempt: 1,
      lastAttempt: true,
      scheduledAt: Date.now(),
      destinations: noDestinations,
    });
  }
  return join(folder, 'outputs');
}
