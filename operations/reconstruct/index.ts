/** reconstruct: a textured model of what a set of photographs shows. */
import sharp from 'sharp';
import { eachAsset } from '../lib/each-asset.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { engineStage } from './engine-stage.ts';
import { type ReconstructParams, reconstructParams } from './params.ts';
import { preparePhotograph } from './photograph.ts';

/** Pixels of the longer side that the engine is given. */
const sides: Readonly<Record<ReconstructParams['quality'], number>> = { low: 1000, medium: 1600, high: 2400 };

export const reconstruct = defineOperation({
  name: 'reconstruct',
  title: 'Reconstruct in 3D',
  description:
    'Makes a textured 3D model of what photographs show, taken from all around or along it, each overlapping the next by two thirds or ' +
    'more: a mesh (OBJ with its material and texture, and GLB), a coloured point cloud (PLY), a preview, and metadata on cameras and ' +
    'quality. The scale is arbitrary. At least 3 photographs; 20 to 60 do well.',
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
  // Each leaves a checkpoint: a worker that dies loses one of them, and `rerun?from=texture_mapping` repeats only the end.
  stages: [
    { name: 'image_preparation', title: 'Prepare photographs', perAsset: true, run: prepare },
    engineStage('feature_extraction', 'Find features'),
    engineStage('feature_matching', 'Match features'),
    engineStage('sparse_reconstruction', 'Find cameras'),
    engineStage('dense_reconstruction', 'Find the surface', ['pointcloud']),
    engineStage('mesh_generation', 'Make the mesh'),
    engineStage('texture_mapping', 'Make the texture', ['mesh', 'material', 'texture']),
    engineStage('model_export', 'Export and picture the model', ['model', 'preview', 'metadata']),
  ],
});

async function prepare(context: StageContext<ReconstructParams>): Promise<void> {
  const { params, workspace, signal } = context;
  await eachAsset(context, (input) => preparePhotograph(input, sides[params.quality], workspace, signal));
}
