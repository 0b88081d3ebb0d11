/** Models of photographs whose scene is known: what is measured, what can go wrong, and what is left behind. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { reconstruct } from '../../../operations/reconstruct/index.ts';
import { operationContract } from '../../contracts/operation.ts';
import { launchChromium } from '../../support/chromium.ts';
import { enginePids, installedEngine } from '../../support/engines.ts';
import { renderModel } from '../../support/model-viewer/render-model.ts';
import { type RunOptions, runOperation, type TestAsset } from '../../support/run-operation.ts';
import { measure, renderScene } from '../../support/scene.ts';

const engine = await installedEngine('reconstruct');
const engines = { reconstruct: engine };
const small = await renderScene(engine, 8, 480);
const scene = await renderScene(engine, 12, 800);

afterAll(async () => {
  await small.dispose();
  await scene.dispose();
});

const run = (assets: readonly TestAsset[], more: RunOptions = {}) =>
  runOperation(reconstruct, { params: { quality: 'low' }, assets, engines, ...more });

operationContract(reconstruct, {
  title: 'a few small photographs',
  params: { quality: 'low' },
  assets: small.photographs,
  unusable: { name: 'notes.jpg', bytes: 'This is no photograph' },
  engines,
});

const stages = [
  'image_preparation',
  'feature_extraction',
  'feature_matching',
  'sparse_reconstruction',
  'dense_reconstruction',
  'mesh_generation',
  'texture_mapping',
  'model_export',
];

describe('a scene that is known', () => {
  test('is found again: cameras, surface, and what the contract calls them', async () => {
    const tiny = await sharp(small.photographs[0]?.bytes).resize(120).jpeg().toBuffer();
    const { files, failures, progress } = await run([
      ...scene.photographs,
      { name: 'icon.jpg', bytes: tiny },
    ]);

    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual(stages);
    expect(failures).toMatchObject([{ index: 12, name: 'icon.jpg', error: { code: 'asset_too_small' } }]);
    expect([...files.keys()].sort()).toEqual([
      'mesh/reconstructed_mesh.mtl',
      'mesh/reconstructed_mesh.obj',
      'metadata.json',
      'pointcloud/pointcloud.ply',
      'preview.png',
      'reconstructed_model.glb',
      'textures/texture.png',
    ]);
    expect(JSON.parse(String(files.get('metadata.json')))).toMatchObject({
      quality: 'low',
      gpu: { requested: false, used: false },
      photos: {
        given: 13,
        used: 12,
        registered: 12,
        left_out: [{ name: 'icon.jpg', code: 'asset_too_small' }],
      },
      stages: stages.slice(1).map((name) => ({ name })),
    });

    // Ranges, since no two runs are alike: see docs/engines.md for what is usual.
    const found = await measure(engine, scene, files);
    expect(found.focal_error).toBeLessThan(0.005);
    expect(found.position_error.max).toBeLessThan(0.004);
    expect(found.rotation_error_deg.max).toBeLessThan(0.3);
    expect(found.up_error_deg).toBeLessThan(2);
    expect(found.cloud.p90).toBeLessThan(0.005);
    expect(found.mesh.p90).toBeLessThan(0.01);
    expect(found.completeness).toBeGreaterThan(0.65);
  });

  test('its files belong together, and a browser shows the same model in both forms', async () => {
    const { files } = await run(small.photographs);
    expect(files.get('pointcloud/pointcloud.ply')?.toString('latin1', 0, 3)).toBe('ply');
    expect(await sharp(files.get('preview.png')).metadata()).toMatchObject({ format: 'png', width: 1200 });
    const folder = join(small.directory, 'model');
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    const browser = await launchChromium();
    try {
      const obj = await renderModel(browser, folder, 'mesh/reconstructed_mesh.obj');
      const glb = await renderModel(browser, folder, 'reconstructed_model.glb');
      const { width, height } = await sharp(files.get('textures/texture.png')).metadata();
      for (const { facts } of [obj, glb])
        expect(facts).toMatchObject({
          meshes: 1,
          hasUvs: true,
          hasNormals: true,
          textures: [{ width, height }],
        });
      expect(obj.facts.triangles).toBe(glb.facts.triangles);
      expect(await difference(obj.png, glb.png)).toBeLessThan(3);
      // Not an empty page.
      expect((await sharp(obj.png).stats()).channels[0]?.stdev).toBeGreaterThan(10);
    } finally {
      await browser.close();
    }
  });
});

/** Mean of the difference of two pictures of one size, of 255. */
async function difference(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((png) => sharp(png).removeAlpha().raw().toBuffer()));
  if (!a || !b) throw new Error('unreachable');
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

describe('photographs that do not do', () => {
  const views = (...numbers: number[]) => numbers.flatMap((number) => scene.photographs[number] ?? []);

  test('two are too few', async () => {
    const broken = { name: 'broken.jpg', bytes: 'no photograph' };
    await expect(run([...views(0, 1), broken])).rejects.toMatchObject({
      code: 'too_few_assets',
      retryable: false,
    });
  });

  test('the same one three times shows nothing from two sides', async () => {
    await expect(run(views(3, 3, 3))).rejects.toMatchObject({ code: 'no_reconstruction' });
  });

  test('of different things', async () => {
    const noise = async (seed: number) => {
      const plain = {
        width: 500,
        height: 400,
        channels: 3,
        background: { r: seed, g: 90, b: 255 - seed },
      } as const;
      const picture = sharp({ create: { ...plain, noise: { type: 'gaussian', mean: 128, sigma: 60 } } });
      return { name: `${seed}.jpg`, bytes: await picture.jpeg().toBuffer() };
    };
    await expect(run(await Promise.all([1, 80, 160, 240].map(noise)))).rejects.toMatchObject({
      code: 'no_reconstruction',
    });
  });

  test('of different sizes, without a word on the lens, they do', async () => {
    const shrunk = await Promise.all(
      scene.photographs.slice(3, 9).map(async ({ name, bytes }, index) => ({
        name,
        bytes: await sharp(bytes)
          .resize(index % 2 ? 640 : 800)
          .png()
          .toBuffer(),
      })),
    );
    const { files } = await run(shrunk);
    expect(JSON.parse(String(files.get('metadata.json'))).photos.registered).toBeGreaterThanOrEqual(5);
  });
});

describe('its process', () => {
  /** A reconstruction, and when it has come to match features. */
  function matching(more: RunOptions = {}) {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === 'feature_matching') begin();
    };
    const running = run(scene.photographs, { onProgress, ...more });
    return { running, begun: Promise.race([begun, running]) };
  }

  test('leaves nothing behind when the job is cancelled', async () => {
    const cancel = new AbortController();
    const { running, begun } = matching({ signal: cancel.signal });
    await begun;
    const [leader = 0] = await enginePids('reconstruct', process.pid);
    cancel.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    // Nor anything that it started.
    expect(leader).toBeGreaterThan(0);
    expect(() => process.kill(-leader, 0)).toThrow('ESRCH');
  });

  test('may be killed: then the stage can be tried again', async () => {
    const { running, begun } = matching();
    await begun;
    for (const pid of await enginePids('reconstruct', process.pid)) process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ code: 'operation_failed_for_now', retryable: true });
  });

  test('is ended when it takes more memory than it may', async () => {
    await expect(run(scene.photographs, { memory: 40 * 2 ** 20 })).rejects.toMatchObject({
      code: 'engine_limit',
      message: expect.stringMatching(/limit of 40 MiB.*DARKROOM_MEMORY/s),
    });
  });
});
