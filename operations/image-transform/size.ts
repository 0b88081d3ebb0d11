/** Size of the result of image.transform, computed before anything is decoded. */
import { assetError, MAX_PIXELS } from '../lib/image-source.ts';
import { encoders, type OutputFormat } from '../lib/picture/output-formats.ts';
import type { InputFile } from '../operation.ts';
import type { Params } from './params.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Returns the size in pixels of the result. */
export const computeSize = (source: Size, params: Params): Size =>
  cropSize(scaleSize(source, params), params);

/**
 * Checks the result against the pixel limits before it is computed: with `enlarge`, a narrow strip can become billions of pixels.
 *
 * @throws `operation_failed`, with the size in its details.
 */
export function checkSize(input: InputFile, source: Size, params: Params, format: OutputFormat): void {
  const scaled = scaleSize(source, params);
  const result = cropSize(scaled, params);
  const refuse = ({ width, height }: Size, limit: string) => {
    const predicate = `would become ${width} × ${height}, more than ${limit}; ask for a smaller box`;
    throw assetError('operation_failed', input, predicate, { details: { width, height } });
  };
  for (const size of [scaled, result]) {
    if (size.width * size.height > MAX_PIXELS) refuse(size, `the ${MAX_PIXELS} pixels that are allowed`);
  }
  const { maxSide } = encoders[format];
  if (Math.max(result.width, result.height) > maxSide)
    refuse(result, `the ${maxSide} pixels a side of ${format}`);
}

/** Degrees clockwise that sharp turns without computing pixels. */
export const isRightAngle = (degrees: number): boolean => degrees % 90 === 0;

/** Returns the size of a picture that is turned by right angles. */
export const turnSize = ({ width, height }: Size, degrees: number): Size =>
  degrees % 180 === 0 ? { width, height } : { width: height, height: width };

/** Size of the scaled picture, before `cover` crops it or `contain` pads it. */
export function scaleSize({ width: w, height: h }: Size, { width, height, fit, enlarge }: Params): Size {
  const scales = [...(width === undefined ? [] : [width / w]), ...(height === undefined ? [] : [height / h])];
  if (scales.length === 0) return { width: w, height: h };
  const common = fit === 'outside' || fit === 'cover' ? Math.max(...scales) : Math.min(...scales);
  const [x, y] = fit === 'fill' && scales.length === 2 ? scales : [common, common];
  const scaled = (side: number, scale = 1) =>
    Math.max(1, Math.round(side * (enlarge ? scale : Math.min(1, scale))));
  return { width: scaled(w, x), height: scaled(h, y) };
}

/** Size after `cover` crops or `contain` pads. */
export function cropSize(scaled: Size, { width, height, fit }: Params): Size {
  if (width === undefined || height === undefined) return scaled;
  if (fit === 'contain') return { width, height };
  if (fit === 'cover')
    return { width: Math.min(width, scaled.width), height: Math.min(height, scaled.height) };
  return scaled;
}
