/** image.transform: resize, rotate, convert. What most people want of a picture, in one pass of libvips. */
import { rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Sharp } from 'sharp';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { inProcessOfItsOwn } from '../lib/child-process.ts';
import { eachAsset } from '../lib/each-asset.ts';
import {
  assetError,
  decodeFailure,
  IMAGE_ENGINE,
  IMAGE_TYPES,
  MAX_PIXELS,
  openImage,
  type SourceImage,
} from '../lib/image-source.ts';
import { defineOperation, type InputFile, onError, type StageContext } from '../operation.ts';

const MAX_SIDE = 16_384;

/** A picture that takes more than a second or two is made in a process of its own; see `effort`. */
const MAX_EFFORT = 50e6;
const side = z.int().min(1).max(MAX_SIDE).optional();

const params = z.strictObject({
  width: side.describe(
    'Width of the box in pixels. Without height, that follows from the proportions of the picture',
  ),
  height: side.describe(
    'Height of the box in pixels. Without width, that follows from the proportions of the picture',
  ),
  fit: z
    .enum(['inside', 'outside', 'cover', 'contain', 'fill'])
    .default('inside')
    .describe(
      'With both width and height: `inside`, as large as fits into the box. `outside`, as small as covers it. `cover`, the ' +
        'box filled and the rest cut off. `contain`, the whole picture in the box, on the background. `fill`, stretched',
    ),
  position: z
    .enum(['center', 'top', 'right', 'bottom', 'left'])
    .default('center')
    .describe('Which part stays with `cover`, and where the picture lies with `contain`'),
  enlarge: z
    .boolean()
    .default(false)
    .describe(
      'Blow up pictures that are smaller than the box. If not, such a picture keeps its width, its height or both',
    ),
  background: z
    .string()
    .regex(
      /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/,
      'must be a colour such as #fff, #ffffff or #ffffff00',
    )
    .default('#ffffff')
    .describe(
      'Colour around the picture with `contain`, and behind transparent parts in JPEG: #rgb, #rrggbb or #rrggbbaa',
    )
    .meta({ example: '#ffffff' }),
  rotate: z
    .literal([0, 90, 180, 270])
    .default(0)
    .describe('Degrees clockwise, once the picture is upright. Width and height are those of the result'),
  format: z
    .enum(['keep', 'jpeg', 'png', 'webp', 'avif'])
    .default('keep')
    .describe('Format of the results. `keep`: that of the picture; GIF and TIFF become PNG'),
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('JPEG and WebP: 80 when left out, AVIF: 50. PNG is always lossless and takes no notice of it'),
  metadata: z
    .enum(['strip', 'keep'])
    .default('strip')
    .describe(
      '`strip`: colours are converted to sRGB, and EXIF (place, camera), XMP and profiles are left out. `keep`: they stay',
    ),
  on_error: onError,
});

type Params = z.infer<typeof params>;
type Format = Exclude<Params['format'], 'keep'>;

interface Size {
  readonly width: number;
  readonly height: number;
}

const kept: Readonly<Record<SourceImage['format'], Format>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  heif: 'avif',
  gif: 'png',
  tiff: 'png',
};

/** `effort`: time to encode a pixel, as a multiple of the time to decode one. */
const encoders: Readonly<
  Record<Format, { extension: string; quality: boolean; maxSide: number; effort: number }>
> = {
  jpeg: { extension: '.jpg', quality: true, maxSide: 65_535, effort: 1 },
  // Given a quality, sharp would reduce PNG to a palette.
  png: { extension: '.png', quality: false, maxSide: MAX_PIXELS, effort: 3 },
  webp: { extension: '.webp', quality: true, maxSide: 16_383, effort: 4 },
  avif: { extension: '.avif', quality: true, maxSide: MAX_SIDE, effort: 32 },
};

/** sharp's own 4 takes four times as long, for files that are no smaller and a fifth of a decibel better. */
const AVIF_EFFORT = 3;

export const imageTransform = defineOperation({
  name: 'image.transform',
  title: 'Resize, rotate and convert pictures',
  description:
    'Makes one picture of each asset: upright by its EXIF orientation, rotated, resized and converted, with 8 bits a ' +
    'channel. Reads JPEG, PNG, WebP, AVIF, GIF and TIFF, whatever the name of the asset says, up to ' +
    `${Math.floor(MAX_PIXELS / 1e6)} million pixels; of animations and of files with several pages, the first picture. A result has ` +
    'the name of its asset with the extension of its format.',
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'files',
  engine: IMAGE_ENGINE,
  stages: [{ name: 'transform', title: 'Transform', capability: 'cpu', perAsset: true, run: transformAll }],
});

async function transformAll(context: StageContext<Params>): Promise<void> {
  await eachAsset(context, (input) => transform(input, context));
}

async function transform(
  input: InputFile,
  { params, workspace, outputs, signal }: StageContext<Params>,
): Promise<void> {
  const source = await openImage(input);
  const format = params.format === 'keep' ? kept[source.format] : params.format;
  refuseHuge(input, source, params, format);

  // Whether its pixels can be read shows only now, and a name that is handed out stands for a result.
  const draft = join(workspace, 'draft');
  try {
    // libvips cannot be interrupted, so what takes long is done where it can be ended.
    if (effort(source, resultSize(scaledSize(source, params), params), format) > MAX_EFFORT) {
      await inProcessOfItsOwn('image-transform/child.js', { input, params, format, draft }, signal);
    } else await pipeline(source, params, format).toFile(draft);
  } catch (error) {
    await rm(draft, { force: true });
    signal.throwIfAborted();
    throw error instanceof DarkroomError ? error : decodeFailure(input, error);
  }
  const { path } = await outputs.create(parse(input.name).name + encoders[format].extension, input);
  await rename(draft, path);
}

/** The work of `image-transform-process`. */
export async function writePicture(
  input: InputFile,
  params: Params,
  format: Format,
  draft: string,
): Promise<void> {
  await pipeline(await openImage(input), params, format).toFile(draft);
}

/** Roughly, in pixels that are decoded: about 25 million a second on one slow core. */
const effort = (source: Size, result: Size, format: Format): number =>
  source.width * source.height + result.width * result.height * encoders[format].effort;

/** In an order that lets libvips shrink JPEG and WebP while they are decoded. */
function pipeline({ image }: SourceImage, params: Params, format: Format): Sharp {
  const { rotate, width, height, fit, position, enlarge, background, quality, metadata } = params;
  let result = image.autoOrient();
  if (rotate !== 0) result = result.rotate(rotate);
  if (width !== undefined || height !== undefined) {
    // With one side alone there is no box to fit; sharp would leave the other side as it is with `fill`.
    const box = width !== undefined && height !== undefined;
    result = result.resize({
      width,
      height,
      fit: box ? fit : 'inside',
      position,
      background,
      withoutEnlargement: !enlarge,
    });
  }
  if (format === 'jpeg') result = result.flatten({ background });
  if (metadata === 'keep') result = result.keepMetadata();
  return result.toFormat(format, {
    ...(encoders[format].quality && quality !== undefined ? { quality } : {}),
    ...(format === 'avif' ? { effort: AVIF_EFFORT } : {}),
  });
}

/** Pixels of the picture once it is scaled, before `cover` cuts it or `contain` puts it on its background. */
function scaledSize(source: Size, { rotate, width, height, fit, enlarge }: Params): Size {
  const turned = rotate === 90 || rotate === 270;
  const [w, h] = turned ? [source.height, source.width] : [source.width, source.height];
  const scales = [...(width === undefined ? [] : [width / w]), ...(height === undefined ? [] : [height / h])];
  if (scales.length === 0) return { width: w, height: h };
  const [least, most] = [Math.min(...scales), Math.max(...scales)];
  const wanted = fit === 'outside' || fit === 'cover' ? most : least;
  const [x, y] = fit === 'fill' && scales.length === 2 ? scales : [wanted, wanted];
  const scaled = (side: number, scale = 1) =>
    Math.max(1, Math.round(side * (enlarge ? scale : Math.min(1, scale))));
  return { width: scaled(w, x), height: scaled(h, y) };
}

function resultSize(scaled: Size, { width, height, fit }: Params): Size {
  if (width === undefined || height === undefined) return scaled;
  if (fit === 'contain') return { width, height };
  if (fit === 'cover')
    return { width: Math.min(width, scaled.width), height: Math.min(height, scaled.height) };
  return scaled;
}

/** Of a narrow strip, `enlarge` can make billions of pixels: told before they are computed. */
function refuseHuge(input: InputFile, source: Size, params: Params, format: Format): void {
  const scaled = scaledSize(source, params);
  const result = resultSize(scaled, params);
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
