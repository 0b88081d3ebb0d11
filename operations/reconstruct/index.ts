/** reconstruct: a textured 3D model from a set of photographs. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { eachPicture } from '../lib/each-picture.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { engineStage } from './engine-stage.ts';
import { type ReconstructParams, reconstructParams } from './params.ts';
import { PHOTOGRAPH, task } from './photograph.ts';

export const reconstruct = defineOperation({
  name: 'reconstruct',
  title: 'Reconstruct in 3D',
  description:
    'Reconstructs a textured 3D model from photographs, each overlapping the next by two thirds or more: a mesh (OBJ with material and ' +
    'texture, and GLB), a coloured point cloud (PLY), a preview, and metadata on cameras and quality. The scale is arbitrary. Needs at ' +
    'least 3 photographs; 20 to 60 are best.',
  params: reconstructParams,
  inputs: {
    min: 3,
    max: 1000,
    media: ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/tiff'],
  },
  result: 'files',
  engine: {
    pycolmap: '4.2.1',
    opencv: '5.0.0',
    sharp: sharp.versions.sharp ?? 'unknown',
  },
  requires: ['reconstruct'],
  // Each stage is a checkpoint: when a worker dies, one stage is repeated; `rerun?from=texture_mapping` repeats only the last two.
  stages: [
    { name: 'image_preparation', title: 'Prepare photographs', perAsset: true, run: prepare },
    engineStage('feature_extraction', 'Extract features'),
    engineStage('feature_matching', 'Match features'),
    engineStage('sparse_reconstruction', 'Estimate cameras'),
    engineStage('dense_reconstruction', 'Compute depth and points', ['pointcloud']),
    engineStage('mesh_generation', 'Build the mesh'),
    engineStage('texture_mapping', 'Bake the texture', ['mesh', 'material', 'texture']),
    engineStage('model_export', 'Export and render the model', ['model', 'preview', 'metadata']),
  ],
});

/** Writes `images/NUMBER.jpg`, and its description `photos/NUMBER.json`, to the workspace. */
async function prepare(context: StageContext<ReconstructParams>): Promise<void> {
  const { workspace } = context;
  for (const folder of ['images', 'photos']) await mkdir(join(workspace, folder), { recursive: true });
  await eachPicture(context, task, async ({ index, name }, photograph, folder) => {
    const number = String(index).padStart(5, '0');
    const file = `${number}.jpg`;
    await rename(join(folder, PHOTOGRAPH), join(workspace, 'images', file));
    const description = JSON.stringify({ index, name, file, ...photograph });
    await writeFile(join(workspace, 'photos', `${number}.json`), description);
  });
}
