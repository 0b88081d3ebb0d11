/** Pictures of known colours, and measures of results, both made by Pillow and LittleCMS. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestAsset } from './run-operation.ts';

const folder = new URL('./colour/', import.meta.url).pathname;

/** For `describe.skipIf`. */
export const lacksPillow = spawnSync('python3', ['-c', 'import PIL.ImageCms, tifffile']).status !== 0;

/** A picture of eight stripes, see `colour/pictures.py`. */
export interface ColourPicture {
  readonly file: string;
  /** In sRGB, 0 to 255, as LittleCMS converts them. */
  readonly colours: readonly Rgb[];
  /** Of the lower half. Null: the picture has no alpha. */
  readonly alpha: number | null;
  /** CIEDE2000 that a result may differ by. */
  readonly limit: number;
  /** Whether the picture is RGB with a profile. */
  readonly own: boolean;
  /** Whether it has a profile that counts. */
  readonly profile: boolean;
  readonly bytes: Buffer;
  /** The same in sRGB with 8 bits, as PNG without a profile and without alpha. */
  readonly reference: Buffer;
}

export type Rgb = readonly [number, number, number];

export interface Patch {
  /** Left, top, right, bottom in pixels. */
  readonly box: readonly [number, number, number, number];
  readonly colour: Rgb;
  /** 0 to 255. Default 255. */
  readonly alpha?: number;
}

export interface Measure {
  /** The largest CIEDE2000 of a patch. */
  readonly difference: number;
  /** The largest difference of alpha, of 255. */
  readonly alpha: number;
  /** The patch with the largest difference. */
  readonly at: unknown;
  /** Name of the profile of the result; null without one. */
  readonly profile: string | null;
  readonly width: number;
  readonly height: number;
}

interface ColourPictures {
  readonly pictures: readonly ColourPicture[];
  /** TIFF files with numbers whose black and white are unknown. */
  readonly unknownRange: { readonly float: Buffer; readonly signed: Buffer };
}

export async function makeColourPictures(): Promise<ColourPictures> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-colours-'));
  try {
    await promisify(execFile)('python3', ['-B', join(folder, 'pictures.py'), directory]);
    const manifest: Omit<ColourPicture, 'bytes' | 'reference'>[] = JSON.parse(
      await readFile(join(directory, 'manifest.json'), 'utf8'),
    );
    const read = (name: string) => readFile(join(directory, name));
    const pictures = await Promise.all(
      manifest.map(async (entry) => ({
        ...entry,
        bytes: await read(entry.file),
        reference: await read(`${entry.file}.reference.png`),
      })),
    );
    const [float, signed] = [await read('unknown-range-float.tif'), await read('unknown-range-signed.tif')];
    return { pictures, unknownRange: { float, signed } };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Measures pictures at patches, in one Python process. */
export async function measureColours(
  pictures: readonly { readonly bytes: Uint8Array; readonly patches: readonly Patch[] }[],
): Promise<Measure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-measure-'));
  try {
    const requests = await Promise.all(
      pictures.map(async ({ bytes, patches }, index) => {
        const path = join(directory, String(index));
        await writeFile(path, bytes);
        return { path, patches };
      }),
    );
    const child = promisify(execFile)('python3', ['-B', join(folder, 'measure.py')], { maxBuffer: 2 ** 26 });
    child.child.stdin?.end(JSON.stringify(requests));
    return JSON.parse((await child).stdout);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const STRIPE = 32;

/** Width and height in pixels of the pictures, upright. */
export const [PICTURE_WIDTH, PICTURE_HEIGHT] = [8 * STRIPE, 2 * STRIPE];

/** The inner parts of the stripes of an upright picture, shifted by `left` and `top` pixels. The lower half may have alpha. */
export const stripePatches = (
  { colours, alpha }: Pick<ColourPicture, 'colours' | 'alpha'>,
  { left = 0, top = 0 }: { left?: number; top?: number } = {},
): Patch[] =>
  colours.flatMap((colour, index): Patch[] => {
    const [from, to] = [left + index * STRIPE + 6, left + (index + 1) * STRIPE - 6];
    return [
      { box: [from, top + 6, to, top + STRIPE - 6], colour },
      { box: [from, top + STRIPE + 6, to, top + 2 * STRIPE - 6], colour, alpha: alpha ?? 255 },
    ];
  });

export const toAsset = ({ file, bytes }: ColourPicture): TestAsset => ({ name: file, bytes });
