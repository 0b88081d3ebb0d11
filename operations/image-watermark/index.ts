/** image.watermark: puts an asset, or text, over pictures. */
import { rename } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES } from '../lib/image-source.ts';
import { encoders } from '../lib/picture/output-formats.ts';
import { defineOperation, type InputFile, type StageContext } from '../operation.ts';
import { OVERLAY } from './overlay.ts';
import { task as overlayTask } from './overlay-picture.ts';
import { task as textTask } from './overlay-text.ts';
import { type Params, params } from './params.ts';
import { RESULT, task } from './picture.ts';

export const imageWatermark = defineOperation({
  name: 'image.watermark',
  title: 'Put a watermark over pictures',
  description:
    'Writes one picture for each asset, with another asset or a text over it. The watermark has a size relative to each picture, an opacity and ' +
    'a position, or is repeated over the whole picture. Text needs a font on the worker that has its characters.',
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'files',
  outputs: ['image/*'],
  deterministic: true,
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'overlay', title: 'Overlay', capability: 'cpu', selectInput: isOverlay, run: makeOverlay },
    { name: 'watermark', title: 'Watermark', capability: 'cpu', perAsset: true, run: markAll },
  ],
});

function isOverlay({ name }: Pick<InputFile, 'name'>, { overlay }: Params): boolean {
  return name === overlay;
}

async function makeOverlay(context: StageContext<Params>): Promise<void> {
  const { params, workspace, pictures, signal, progress, note } = context;
  signal.throwIfAborted();
  const keep = (folder: string) => rename(join(folder, OVERLAY), join(workspace, OVERLAY));
  if (params.text !== undefined) {
    const request = { ...params, text: params.text };
    const options = { files: [], signal, note, report: progress };
    await pictures.run(textTask, request, options, (_, folder) => keep(folder));
    return progress(1);
  }
  const throwError = (_: InputFile, error: Error) => {
    throw error;
  };
  const only = { ...context, inputs: [findOverlay(context)], fail: throwError };
  await eachPicture(only, overlayTask, (_input, _facts, folder) => keep(folder));
}

/** @throws `operation_failed` unless there is one such asset, and others besides it. */
function findOverlay({ params, inputs, leftOut }: StageContext<Params>): InputFile {
  const fail = (problem: string) => {
    throw new DarkroomError('operation_failed', problem, { details: { parameter: 'overlay' } });
  };
  const [found, second] = inputs.filter((input) => isOverlay(input, params));
  const name = JSON.stringify(params.overlay);
  const failed = leftOut.find((asset) => isOverlay(asset, params));
  if (second) fail(`Several assets have the name ${name}: give the overlay a name of its own`);
  if (failed) fail(`The overlay cannot be used: ${failed.error.message}`);
  if (inputs.length === 1 && found) fail(`The overlay ${name} is the only asset: there is nothing to mark`);
  return found ?? fail(`No asset has the name ${name} (params.overlay)`);
}

async function markAll(context: StageContext<Params>): Promise<void> {
  const { params, workspace, outputs } = context;
  const inputs = context.inputs.filter((input) => !isOverlay(input, params));
  const keep = async (input: InputFile, { format }: { format: keyof typeof encoders }, folder: string) => {
    const { path } = await outputs.create(parse(input.name).name + encoders[format].extension, input);
    await rename(join(folder, RESULT), path);
  };
  await eachPicture({ ...context, inputs }, task, keep, [join(workspace, OVERLAY)]);
}
