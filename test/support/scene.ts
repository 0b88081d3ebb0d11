/** Photographs of a synthetic scene with known ground truth, and measures of a reconstruction. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Exif } from 'sharp';
import type { InstalledEngine } from '../../operations/operation.ts';
import type { TestAsset } from './run-operation.ts';
import { cachedDirectory, hashOf } from './test-cache.ts';

const folder = new URL('./scene/', import.meta.url).pathname;
const root = new URL('../../', import.meta.url).pathname;

export interface Scene {
  /** Directory with the photographs as `view_00.jpg` …, truth.json and truth.ply. */
  readonly directory: string;
  readonly photographs: readonly TestAsset[];
  dispose(): Promise<void>;
}

/** Options of render.py: two lenses in turn. */
const STANDARD = ['--views=12', '--width=800', '--lenses=35,24'];

/**
 * Copies the scene from the cache, into which it is rendered once, which takes about a second per view.
 *
 * @param only - Views to keep, and the width in pixels to which they are reduced. Default: all, as rendered.
 * @param options - Options of render.py.
 */
export async function renderScene(
  engine: InstalledEngine,
  only: { readonly views: readonly number[]; readonly width: number } | null = null,
  options: readonly string[] = STANDARD,
): Promise<Scene> {
  const requirements = await readFile(join(root, 'engines/reconstruct/requirements.txt'), 'utf8');
  const hash = await hashOf([...options, engine.version, requirements], [folder]);
  const rendered = await cachedDirectory('scene', hash, async (draft) => {
    await python(engine, ['render.py', draft, ...options]);
  });
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-scene-'));
  await cp(rendered, directory, { recursive: true });
  const names = (await readdir(directory)).filter((name) => name.endsWith('.jpg')).sort();
  const photographs: TestAsset[] = [];
  for (const [view, name] of names.entries()) {
    const path = join(directory, name);
    if (only && !only.views.includes(view)) await rm(path);
    else {
      const bytes = await readFile(path);
      photographs.push({ name, bytes: only ? await resize(bytes, only.width) : bytes });
      if (only) await writeFile(path, photographs.at(-1)?.bytes ?? '');
    }
  }
  return { directory, photographs, dispose: () => rm(directory, { recursive: true, force: true }) };
}

/** Reduces a photograph to a width in pixels, and keeps its EXIF data. */
export const resize = (photograph: Buffer, width: number): Promise<Buffer> =>
  sharp(photograph).resize(width).jpeg({ quality: 95 }).keepExif().toBuffer();

/** Replaces the EXIF data of photographs. */
export const replaceExif = (photographs: readonly TestAsset[], exif: Exif): Promise<TestAsset[]> =>
  Promise.all(
    photographs.map(async ({ name, bytes }) => ({
      name,
      bytes: await sharp(bytes).jpeg({ quality: 95 }).withExif(exif).toBuffer(),
    })),
  );

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
