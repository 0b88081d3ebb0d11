/** Photographs of a made-up scene of which everything is known, and how a reconstruction of it is measured. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InstalledEngine } from '../../operations/operation.ts';
import type { TestAsset } from './run-operation.ts';

const folder = new URL('./scene/', import.meta.url).pathname;

export interface Scene {
  /** Directory with the photographs as `view_00.jpg` …, truth.json and truth.ply. */
  readonly directory: string;
  readonly photographs: readonly TestAsset[];
  dispose(): Promise<void>;
}

/** `width`: pixels. Takes a second a view, about. */
export async function renderScene(engine: InstalledEngine, views: number, width: number): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-scene-'));
  await python(engine, ['render.py', directory, '--views', String(views), '--width', String(width)]);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.jpg')).sort();
  const photographs = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })),
  );
  return { directory, photographs, dispose: () => rm(directory, { recursive: true, force: true }) };
}

/** Lengths are shares of the size of the scene, angles degrees; see measure.py. */
export interface Measures {
  readonly focal_error: number;
  readonly position_error: { readonly median: number; readonly max: number };
  readonly rotation_error_deg: { readonly median: number; readonly max: number };
  /** Between the y axis of the model and what is up in the scene. */
  readonly up_error_deg: number;
  readonly cloud: { readonly median: number; readonly p90: number };
  readonly mesh: { readonly median: number; readonly p90: number };
  /** Share of what the cameras see that is within 1 % of the reconstruction. */
  readonly completeness: number;
}

/** `files`: results of `reconstruct`. */
export async function measure(
  engine: InstalledEngine,
  scene: Scene,
  files: ReadonlyMap<string, Buffer>,
): Promise<Measures> {
  const room = await mkdtemp(join(tmpdir(), 'darkroom-measure-'));
  try {
    const names = ['metadata.json', 'mesh/reconstructed_mesh.obj', 'pointcloud/pointcloud.ply'];
    const paths = names.map((name) => join(room, name.replace('/', '-')));
    await Promise.all(paths.map((path, index) => writeFile(path, files.get(names[index] ?? '') ?? '')));
    return JSON.parse(await python(engine, ['measure.py', join(scene.directory, 'truth.json'), ...paths]));
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

async function python({ packages }: InstalledEngine, [script = '', ...args]: string[]): Promise<string> {
  const env = { ...process.env, PYTHONPATH: packages };
  const { stdout } = await promisify(execFile)('python3', ['-B', join(folder, script), ...args], { env });
  return stdout;
}
