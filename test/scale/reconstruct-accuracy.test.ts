/** The accuracy of a reconstruction at full size, measured against a scene with known ground truth. */
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { reconstruct } from '../../operations/reconstruct/index.ts';
import { installedEngine } from '../support/engines.ts';
import { runOperation } from '../support/run-operation.ts';
import { measure, renderScene, replaceExif } from '../support/scene.ts';

const engine = await installedEngine('reconstruct');
const scene = await renderScene(engine);
afterAll(() => scene.dispose());

/** Milliseconds that the whole scene may take on a busy machine. */
const TIMEOUT_MS = 1_200_000;

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

test('a scene is reconstructed accurately from two lenses without EXIF data, with all result files', {
  timeout: TIMEOUT_MS,
}, async () => {
  const icon = {
    name: 'icon.jpg',
    bytes: await sharp(scene.photographs[0]?.bytes).resize(120).jpeg().toBuffer(),
  };
  const { files, failures, notes, progress } = await runOperation(reconstruct, {
    params: { quality: 'low' },
    assets: [...(await replaceExif(scene.photographs, {})), icon],
    engines: { reconstruct: engine },
  });

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
  const metadata = JSON.parse(String(files.get('metadata.json')));
  expect(metadata.cameras).toHaveLength(2);
  expect(notes).toEqual([]);
  expect(metadata).toMatchObject({
    warnings: [],
    other_sets: [],
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

  // Upper limits, because runs differ: docs/engines.md has typical values.
  const found = await measure(engine, scene, files);

  expect(found.focal_error).toBeLessThan(0.005);
  expect(found.position_error.max).toBeLessThan(0.004);
  expect(found.rotation_error_deg.max).toBeLessThan(0.3);
  expect(found.up_error_deg).toBeLessThan(2);
  expect(found.cloud.p90).toBeLessThan(0.005);
  expect(found.mesh.p90).toBeLessThan(0.01);
  expect(found.completeness).toBeGreaterThan(0.65);
});
