/** The colours of operations other than image.transform, compared with LittleCMS. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { imageContactSheet } from '../../../operations/image-contact-sheet/index.ts';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { withSlide } from '../../../operations/poi-detection/slide.ts';
import { reconstructParams } from '../../../operations/reconstruct/params.ts';
import { PHOTOGRAPH, task as photographTask } from '../../../operations/reconstruct/photograph.ts';
import {
  type ColourPicture,
  lacksPillow,
  makeColourPictures,
  measureColours,
  type Patch,
  PICTURE_HEIGHT,
  PICTURE_WIDTH,
  stripePatches,
  toAsset,
} from '../../support/colour-reference.ts';
import { runPictureTask } from '../../support/picture-processes.ts';
import { runOperation } from '../../support/run-operation.ts';

/** Each way in which pictures are read, without transparency. */
const kinds = [
  'rgb8-P3-v4.webp',
  'rgb8-Adobe-RGB.jpg',
  'rgb16-ProPhoto.png',
  'rgb16-linear-v4.tif',
  'grey8-no-profile.jpg',
  'grey16-grey-2.2.tif',
  'cmyk8.tif',
  'float-rgb.tif',
  'uint32-rgb-p3.tif',
  'rgb-infrared-1.tif',
];

/** Compression at a quality that clients cannot choose. */
const LOSSY = 3;

describe.skipIf(lacksPillow)('the same colours', () => {
  let pictures: ColourPicture[];
  beforeAll(async () => {
    const made = await makeColourPictures();
    pictures = kinds.flatMap((kind) => made.pictures.find(({ file }) => file === kind) ?? []);
    expect(pictures).toHaveLength(kinds.length);
  });

  const assets = () => pictures.map(toAsset);

  async function expectColours(
    results: readonly { bytes: Uint8Array; patches: readonly Patch[] }[],
    limit: number,
  ): Promise<void> {
    expect(results.length).toBeGreaterThan(0);
    const wrong = (await measureColours(results)).filter(({ difference }) => !(difference <= limit));
    expect(wrong).toEqual([]);
  }

  test('are on contact sheets', async () => {
    const params = {
      columns: 1,
      rows: kinds.length,
      cell: PICTURE_WIDTH,
      gap: 0,
      label: 'none',
      format: 'png',
    };
    const { files } = await runOperation(imageContactSheet, { params, assets: assets() });
    const sheet = files.get('contact-sheet.png') ?? Buffer.alloc(0);
    const inCell = (PICTURE_WIDTH - PICTURE_HEIGHT) / 2;
    const patches = pictures.flatMap((picture, row) =>
      stripePatches(picture, { top: row * PICTURE_WIDTH + inCell }),
    );
    await expectColours([{ bytes: sheet, patches }], 2);
  });

  test.each(['strip', 'keep'])('are in galleries (%s)', async (metadata) => {
    const params = { format: 'jpeg', quality: 100, metadata };
    const { files } = await runOperation(imageGallery, { params, assets: assets() });
    const inFolder = (folder: string) =>
      [...files]
        .filter(([name]) => name.startsWith(folder))
        .map(([, bytes], index) => ({
          bytes,
          patches: pictures[index] ? stripePatches(pictures[index]) : [],
        }));
    await expectColours(inFolder('images/'), 2);
    await expectColours(inFolder('thumbs/'), LOSSY);
  });

  test('give the palette and the hash of their sRGB rendering', async () => {
    const references = pictures.map(({ reference }, index) => ({ name: `${index}.png`, bytes: reference }));
    const { data } = await runOperation(imageMetadata, { assets: [...assets(), ...references] });
    const described = (data as { assets: { name: string; palette: { hex: string }[]; phash: string }[] })
      .assets;
    for (const [index, { name, palette, phash }] of described.slice(0, pictures.length).entries()) {
      const reference = described[pictures.length + index];
      expect(countDifferentBits(phash, reference?.phash ?? ''), name).toBeLessThanOrEqual(2);
      const farthest = palette.map(({ hex }, at) =>
        channelDifference(hex, reference?.palette[at]?.hex ?? ''),
      );
      expect(Math.max(...farthest), name).toBeLessThanOrEqual(3);
    }
  });

  test('are on slides', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-slides-'));
    try {
      const results: { bytes: Buffer; patches: Patch[] }[] = [];
      // Slides are in colour.
      for (const picture of pictures.filter(({ file }) => !file.startsWith('grey'))) {
        const path = join(folder, picture.file);
        await writeFile(path, picture.bytes);
        const input = { index: 0, name: picture.file, path, size: picture.bytes.length, attributes: {} };
        const bytes = await withSlide(
          input,
          join(folder, 'copy'),
          () => undefined,
          async (slide) => {
            const { data, width, height } = await slide.readResized(2000);
            return sharp(data, { raw: { width, height, channels: 3 } })
              .png()
              .toBuffer();
          },
        );
        results.push({ bytes, patches: stripePatches(picture) });
      }
      await expectColours(results, 2);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('are in photographs for models', async () => {
    const results: { bytes: Buffer; patches: Patch[] }[] = [];
    for (const picture of pictures) {
      const { files } = await runPictureTask(
        photographTask,
        picture.bytes,
        reconstructParams.parse({ quality: 'high' }),
      );
      results.push({ bytes: files.get(PHOTOGRAPH) ?? Buffer.alloc(0), patches: stripePatches(picture) });
    }
    await expectColours(results, LOSSY);
  });
});

function countDifferentBits(one: string, other: string): number {
  const different = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  return [...different.toString(2)].filter((bit) => bit === '1').length;
}

/** The largest difference of two colours #rrggbb in a channel. */
function channelDifference(one: string, other: string): number {
  const [a, b] = [one, other].map((hex) => Buffer.from(hex.slice(1), 'hex'));
  return Math.max(...[0, 1, 2].map((at) => Math.abs((a?.[at] ?? 0) - (b?.[at] ?? 999))));
}
