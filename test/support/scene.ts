/** Photographs of a synthetic scene with known ground truth, its reconstruction, and measures of a reconstruction. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { InstalledEngine } from '../../operations/operation.ts';
import { reconstruct } from '../../operations/reconstruct/index.ts';
import { runOperation, type TestAsset } from './run-operation.ts';
import { cachedDirectory, hashOf } from './test-cache.ts';

const folder = new URL('./scene/', import.meta.url).pathname;
const root = new URL('../../', import.meta.url).pathname;

export interface Scene {
  /** Directory with the photographs as `view_00.jpg` …, truth.json and truth.ply. */
  readonly directory: string;
  readonly photographs: readonly TestAsset[];
  /** Of all that the photographs depend on. */
  readonly hash: string;
  dispose(): Promise<void>;
}

/**
 * Renders the scene, or copies it from the cache. Rendering takes about a second per view.
 *
 * @param width - Pixels.
 * @param options - Of render.py, such as `--lenses=35,24`.
 */
export async function renderScene(
  engine: InstalledEngine,
  views: number,
  width: number,
  options: readonly string[] = [],
): Promise<Scene> {
  const requirements = await readFile(join(root, 'engines/reconstruct/requirements.txt'), 'utf8');
  const hash = await hashOf(
    [String(views), String(width), ...options, engine.version, requirements],
    [folder],
  );
  const rendered = await cachedDirectory('scene', hash, async (draft) => {
    await python(engine, [
      'render.py',
      draft,
      '--views',
      String(views),
      '--width',
      String(width),
      ...options,
    ]);
  });
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-scene-'));
  await cp(rendered, directory, { recursive: true });
  const names = (await readdir(directory)).filter((name) => name.endsWith('.jpg')).sort();
  const photographs = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })),
  );
  return { directory, photographs, hash, dispose: () => rm(directory, { recursive: true, force: true }) };
}

/**
 * Returns the directory of a `low` model of the scene, from the cache if the sources of the operation and its engine are the same. For tests
 * of the result files; tests of the reconstruction itself run the operation.
 */
export async function reconstructScene(engine: InstalledEngine, scene: Scene): Promise<string> {
  const sources = ['engines/reconstruct', 'operations/reconstruct', 'operations/lib'];
  const hash = await hashOf(
    [scene.hash, engine.version, JSON.stringify(sharp.versions)],
    sources.map((source) => join(root, source)),
  );
  return cachedDirectory('model', hash, async (draft) => {
    const { files } = await runOperation(reconstruct, {
      params: { quality: 'low' },
      assets: scene.photographs,
      engines: { reconstruct: engine },
    });
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(draft, name)), { recursive: true });
      await writeFile(join(draft, name), bytes);
    }
  });
}

/** Lengths are shares of the size of the scene, angles degrees; see measure.py. */
export interface Measures {
  /** Of the photograph with the largest error. */
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
