/** image.metadata: what pictures are and what they look like, for people who search, sort and find twins. */
import { z } from 'zod';
import { eachAsset } from '../lib/each-asset.ts';
import { decodeFailure, IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS, openImage } from '../lib/image-source.ts';
import { type AssetRecord, readRecords, writeRecords } from '../lib/records.ts';
import { defineOperation, type InputFile, onError, type StageContext } from '../operation.ts';
import { type ExifReading, readExif } from './exif.ts';
import { type HeaderFacts, headerFacts } from './header.ts';
import { type Look, type LookPart, lookAt } from './look.ts';

const params = z.strictObject({
  include: z
    .array(z.enum(['exif', 'palette', 'phash', 'sharpness']))
    .default(['exif', 'palette', 'phash', 'sharpness'])
    .describe(
      'What to tell besides what the header says. `exif`: camera, exposure, time, place. `palette`: up to 5 colours with their ' +
        'shares. `phash`: 64 bits that differ in few places between pictures that look alike. `sharpness`: low where a picture ' +
        'is blurred. Without the last three no pixels are read, which is much faster',
    ),
  on_error: onError,
});

type Params = z.infer<typeof params>;

interface Identity extends AssetRecord {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

type Description = Identity & HeaderFacts & Look & Partial<ExifReading>;

const lookParts = ['palette', 'phash', 'sharpness'] as const satisfies readonly LookPart[];

export const imageMetadata = defineOperation({
  name: 'image.metadata',
  title: 'Describe pictures',
  description:
    'Tells of each asset what its header says (format, size in pixels, colours, pages), what the camera wrote into it (EXIF), ' +
    'and what it looks like (palette, perceptual hash, sharpness), as JSON. Reads JPEG, PNG, WebP, AVIF, GIF and TIFF, up to ' +
    `${Math.floor(MAX_PIXELS / 1e6)} million pixels; of animations and of files with several pages it looks at the first picture.`,
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'json',
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'describe', title: 'Describe', capability: 'cpu', perAsset: true, run: describeAll },
    { name: 'gather', title: 'Gather', capability: 'io', needsInputs: false, run: gather },
  ],
});

async function describeAll(context: StageContext<Params>): Promise<void> {
  await writeRecords(context.workspace, await eachAsset(context, (input) => describe(input, context)));
}

async function describe(
  input: InputFile,
  { params: { include }, workspace, signal }: StageContext<Params>,
): Promise<Description> {
  const source = await openImage(input);
  const header = await source.image.metadata().catch((error: unknown) => {
    throw decodeFailure(input, error);
  });
  const parts = new Set(lookParts.filter((part) => include.includes(part)));
  return {
    index: input.index,
    name: input.name,
    size: input.size,
    ...headerFacts(source, header),
    ...(include.includes('exif') ? readExif(header.exif) : {}),
    ...(parts.size > 0 ? await lookAt(input, parts, workspace, signal) : {}),
  };
}

async function gather({ workspace, outputs, signal }: StageContext<Params>): Promise<void> {
  const assets: Description[] = [];
  for await (const record of readRecords<Description>(workspace)) {
    signal.throwIfAborted();
    assets.push(record);
  }
  signal.throwIfAborted();
  await outputs.json({ assets });
}
