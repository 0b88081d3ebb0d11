/** Crops, trims, turns and mirrors a picture, in this order. */
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { assetError, decodeFile, MAX_PIXELS } from '../lib/image-source.ts';
import type { Colour } from '../lib/picture/client-colour.ts';
import type { Picture } from '../lib/picture/open-picture.ts';
import type { InputFile } from '../operation.ts';
import type { Params } from './params.ts';
import { isRightAngle, type Size } from './size.ts';

type Step = (image: Sharp) => Sharp;

/** A picture, and the size that it has now. */
export interface Placed extends Size {
  readonly image: Sharp;
}

/**
 * Does nothing if a rotation by right angles is all that is asked for: sharp does that together with the resize.
 *
 * @param folder - For working copies.
 * @throws `operation_failed` if the box is not inside the picture, or the turned picture has too many pixels.
 */
export async function placePicture(
  input: InputFile,
  picture: Picture,
  params: Params,
  { background, folder }: { background: Colour; folder: string },
): Promise<Placed> {
  const { crop } = params;
  if (crop && (crop.left + crop.width > picture.width || crop.top + crop.height > picture.height)) {
    const size = `${picture.width} × ${picture.height}`;
    throw assetError('operation_failed', input, `has ${size} pixels, and the box to crop is not inside`);
  }
  checkTurned(input, crop ?? picture, params.rotate);
  let placed: Placed = { image: picture.image, width: picture.width, height: picture.height };
  for (const [index, step] of listSteps(params, background).entries()) {
    const path = join(folder, `step-${index}.v`);
    // Only the first step reads the asset, which may have an orientation.
    const image = step(index === 0 ? placed.image.autoOrient() : placed.image);
    placed = await saveStep(image, picture, path);
  }
  return placed;
}

/** Whether a picture goes through working copies. */
export const hasSteps = ({ crop, trim, rotate, flip, flop }: Params): boolean =>
  crop !== undefined || trim !== undefined || flip || flop || !isRightAngle(rotate);

/** sharp does each kind of work once, in an order of its own; so each step is a pass. */
function listSteps(params: Params, background: Colour): Step[] {
  if (!hasSteps(params)) return [];
  const { crop, trim, rotate, flip, flop } = params;
  return [
    ...(crop ? [(image: Sharp) => image.extract(crop)] : []),
    ...(trim === undefined ? [] : [(image: Sharp) => image.trim({ threshold: trim })]),
    ...(rotate % 360 === 0 ? [] : [(image: Sharp) => image.rotate(rotate, { background })]),
    ...(flip || flop ? [(image: Sharp) => image.flip(flip).flop(flop)] : []),
  ];
}

/** Writes a working copy. */
export async function saveStep(image: Sharp, { profile }: Picture, path: string): Promise<Placed> {
  const { width, height } = await (profile === 'own' ? image.keepIccProfile() : image).toFile(path);
  return { image: decodeFile(path, { ignoreIcc: true }), width, height };
}

function checkTurned(input: InputFile, { width, height }: Size, degrees: number): void {
  const [cos, sin] = [Math.cos, Math.sin].map((of) => Math.abs(of((degrees * Math.PI) / 180)));
  const turned = (width * (cos ?? 1) + height * (sin ?? 0)) * (width * (sin ?? 0) + height * (cos ?? 1));
  if (turned <= 1.01 * MAX_PIXELS) return;
  throw assetError('operation_failed', input, `would be larger than ${MAX_PIXELS} pixels when it is turned`);
}
