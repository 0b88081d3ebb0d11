/** Resizes a picture into the box of the parameters. */
import type { Sharp } from 'sharp';
import type { Colour } from '../lib/picture/client-colour.ts';
import type { Params } from './params.ts';
import { cropSize, type Size, scaleSize } from './size.ts';

/** Names of sharp for the corners. */
const gravities: Readonly<Partial<Record<Params['position'], string>>> = {
  'top-left': 'northwest',
  'top-right': 'northeast',
  'bottom-left': 'southwest',
  'bottom-right': 'southeast',
};

/** @param size - Of the picture, once it is upright. */
export function resize(image: Sharp, size: Size, params: Params, background: Colour): Sharp {
  const { width, height, fit, position, enlarge, focal_point } = params;
  if (width === undefined && height === undefined) return image;
  // With one side there is no box to fit: with `fill`, sharp would leave the other side unchanged.
  const box = width !== undefined && height !== undefined;
  if (box && focal_point) {
    const scaled = scaleSize(size, params);
    const part = cropSize(scaled, params);
    const start = (fraction: number, whole: number, length: number) =>
      Math.min(whole - length, Math.max(0, Math.round(fraction * whole - length / 2)));
    return image.resize({ ...scaled, fit: 'fill' }).extract({
      left: start(focal_point.x, scaled.width, part.width),
      top: start(focal_point.y, scaled.height, part.height),
      ...part,
    });
  }
  return image.resize({
    width,
    height,
    fit: box ? fit : 'inside',
    position: gravities[position] ?? position,
    background,
    withoutEnlargement: !enlarge,
  });
}
