/** Reconstructions of small photographs: result files, unusable photographs, cancellation and limits. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { reconstruct } from '../../../operations/reconstruct/index.ts';
import { operationContract } from '../../contracts/operation.ts';
import { launchChromium } from '../../support/chromium.ts';
import { enginePids, installedEngine } from '../../support/engines.ts';
import { renderModel } from '../../support/model-viewer/render-model.ts';
import { type RunOptions, runOperation, type TestAsset } from '../../support/run-operation.ts';
import { renderScene, replaceExif, resize } from '../../support/scene.ts';

const engine = await installedEngine('reconstruct');
const engines = { reconstruct: engine };
const scene = await renderScene(engine);
const reduce = (photographs: readonly TestAsset[], width: number) =>
  Promise.all(
    photographs.map(async ({ name, bytes }) => ({ name, bytes: await resize(Buffer.from(bytes), width) })),
  );
/** The same photographs, for tests that are not about the accuracy. */
const small = await reduce(scene.photographs, 480);

const turntable = await renderScene(engine, null, ['--views=16', '--width=480', '--turntable']);

afterAll(async () => {
  await scene.dispose();
  await turntable.dispose();
});

const run = (assets: readonly TestAsset[], more: RunOptions = {}) =>
  runOperation(reconstruct, { params: { quality: 'low' }, assets, engines, ...more });

operationContract(reconstruct, {
  title: 'a few small photographs',
  params: { quality: 'low' },
  // Three views next to each other suffice for a model.
  assets: await reduce(scene.photographs.slice(5, 8), 320),
  unusable: { name: 'notes.jpg', bytes: 'This is no photograph' },
  engines,
});

test('a browser renders the same model from OBJ and GLB', async () => {
  const { files } = await run(small.slice(4, 9));
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-model-'));
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const points = await readFile(join(folder, 'pointcloud/pointcloud.ply'));
  expect(points.toString('latin1', 0, 3)).toBe('ply');
  const preview = await sharp(join(folder, 'preview.png')).metadata();
  expect(preview).toMatchObject({ format: 'png', width: 1200 });
  const browser = await launchChromium();
  try {
    const obj = await renderModel(browser, folder, 'mesh/reconstructed_mesh.obj');
    const glb = await renderModel(browser, folder, 'reconstructed_model.glb');
    const { width, height } = await sharp(join(folder, 'textures/texture.png')).metadata();
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
    await rm(folder, { recursive: true });
  }
});

/** Returns the mean difference of two pictures of the same size, 0 to 255. */
async function difference(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((png) => sharp(png).removeAlpha().raw().toBuffer()));
  if (!a || !b) throw new Error('unreachable');
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

describe('unusable photographs', () => {
  const views = (...numbers: number[]) => numbers.flatMap((number) => small[number] ?? []);

  test('fails with two photographs', async () => {
    const broken = { name: 'broken.jpg', bytes: 'no photograph' };
    await expect(run([...views(0, 1), broken])).rejects.toMatchObject({
      code: 'too_few_assets',
      retryable: false,
    });
  });

  test('fails with three copies of one photograph', async () => {
    await expect(run(views(3, 3, 3))).rejects.toMatchObject({ code: 'no_reconstruction' });
  });

  test('fails with photographs of different objects', async () => {
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
});

describe('photographs that contradict their EXIF data or each other', () => {
  /** Neighbours, of both lenses. */
  const few = small.slice(3, 9);

  /** Runs the stages that estimate the cameras, and returns the notes. */
  const estimate = async (assets: readonly TestAsset[]) => {
    const [first, ...others] = reconstruct.stages;
    const operation = { ...reconstruct, stages: [first, ...others.slice(0, 3)] as const };
    return (await runOperation(operation, { params: { quality: 'low' }, assets, engines })).notes;
  };

  test('are placed although their focal lengths are implausible and their sizes differ', async () => {
    const resized = await Promise.all(
      few.map(async ({ name, bytes }, index) => ({
        name,
        bytes: await resize(bytes, index % 3 ? 480 : 440),
      })),
    );
    const notes = await estimate(await replaceExif(resized, { IFD2: { FocalLengthIn35mmFilm: '1' } }));
    expect(notes).toMatchObject([{ code: 'implausible_focal_length', asset: null }]);
  });

  test('are placed although their focal length is wrong', async () => {
    const exif = { IFD0: { Make: 'A', Model: 'B' }, IFD2: { FocalLengthIn35mmFilm: '200' } };
    expect(await estimate(await replaceExif(few, exif))).toMatchObject([{ code: 'focal_length_differs' }]);
  });

  test('are placed by the object on a turntable, and name the set that is not part of the model', async () => {
    // A quarter of the object from the front, and a smaller part of it from behind.
    const views = turntable.photographs.filter((_, index) => index <= 4 || (index >= 8 && index <= 11));
    const notes = await estimate(views);
    const codes = notes.map(({ code }) => code);
    expect(codes).toEqual(['static_background', 'few_registered', 'disconnected_set']);
    for (const name of ['view_08.jpg', 'view_11.jpg']) expect(notes[2]?.message).toContain(name);
    expect(notes[2]?.message).not.toContain('view_00.jpg');
  });
});

describe('the engine process', () => {
  /** Starts a reconstruction; `started` resolves when its first process computes. */
  function computing(more: RunOptions = {}) {
    let begin = () => {};
    const started = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === 'feature_extraction') begin();
    };
    const running = run(small, { onProgress, ...more });
    return { running, started: Promise.race([started, running]) };
  }

  test('is killed with its group when the job is cancelled', async () => {
    const cancel = new AbortController();
    const { running, started } = computing({ signal: cancel.signal });
    await started;
    const [leader = 0] = await enginePids('reconstruct', process.pid);
    cancel.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    // The whole process group is gone.
    expect(leader).toBeGreaterThan(0);
    expect(() => process.kill(-leader, 0)).toThrow('ESRCH');
  });

  test('that is killed fails with a retryable error', async () => {
    const { running, started } = computing();
    await started;
    for (const pid of await enginePids('reconstruct', process.pid)) process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ code: 'operation_failed_for_now', retryable: true });
  });

  test('is killed when it exceeds its memory limit', async () => {
    await expect(run(small, { memory: 40 * 2 ** 20 })).rejects.toMatchObject({
      code: 'engine_limit',
      message: expect.stringMatching(/limit of 40 MiB.*DARKROOM_MEMORY/s),
    });
  });
});
