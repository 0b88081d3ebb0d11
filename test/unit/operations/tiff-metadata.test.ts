/** Metadata of TIFF, HEIC and camera raw files. ExifTool writes that of the asset and reads that of the results. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { reconstructParams } from '../../../operations/reconstruct/params.ts';
import { task } from '../../../operations/reconstruct/photograph.ts';
import { encodeHeic } from '../../support/heic.ts';
import { runPictureTask } from '../../support/picture-processes.ts';
import { plain, quarters } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { buildTiff, type TiffPage, tiffPage } from '../../support/tiff.ts';

const lacksTools = ['exiftool', 'heif-enc'].some((tool) => spawnSync(tool, ['-ver']).error !== undefined);

/** Tags with values that ExifTool writes and reads alike. */
const tags = {
  'IFD0:Make': 'Acme',
  'IFD0:Model': 'One',
  'IFD0:Artist': 'Ada',
  'IFD0:ImageDescription': `A dog ${'and a dog '.repeat(80)}`.trim(),
  'ExifIFD:LensModel': '35mm',
  'ExifIFD:FocalLength': '35.0 mm',
  'ExifIFD:ExposureTime': '1/250',
  'ExifIFD:DateTimeOriginal': '2026:09:11 12:30:45',
  'ExifIFD:UserComment': 'A comment',
  'GPS:GPSLatitude': '51.5',
  'XMP-dc:Title': 'Dog',
};

function exiftool(file: Buffer, name: string, ...args: string[]): { bytes: Buffer; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-exiftool-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, file);
    const output = execFileSync('exiftool', [...args, path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { bytes: readFileSync(path), output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const writeTags = (file: Buffer, name: string): Buffer =>
  exiftool(
    file,
    name,
    '-m',
    '-overwrite_original',
    ...Object.entries(tags).map(([tag, value]) => `-${tag}=${value}`),
    '-GPS:GPSLatitudeRef=N',
    '-IFD0:Orientation#=6',
  ).bytes;

const readTags = (file: Buffer, name: string): Record<string, unknown> =>
  JSON.parse(exiftool(file, name, '-j', '-G1', '-struct', '-c', '%.1f').output)[0];

const expected = Object.fromEntries(
  Object.entries(tags).map(([tag, value]) => [tag, tag.startsWith('GPS') ? 51.5 : value]),
);

/** Of fields that the asset lacks, or has so, and of the prefix that libvips writes to WebP. */
const HARMLESS = /Missing required|Non-standard format|Improper EXIF header/;

const exposure: TiffPage = { tags: { 34855: [400] } };
const rawFile = (jpeg: Buffer): Buffer =>
  buildTiff([
    {
      ...tiffPage(16, 12, Buffer.alloc(16 * 12 * 3), {
        254: [1],
        274: [1],
        50706: Buffer.from([1, 4, 0, 0]),
      }),
      children: [
        tiffPage(168, 84, Buffer.alloc(168 * 84), { 262: [32_803], 254: [0] }),
        { tags: { 254: [1], 259: [7], 262: [6] }, strip: jpeg },
      ],
      exif: exposure,
    },
  ]);

const sources: readonly (readonly [name: string, make: () => Promise<Buffer>])[] = [
  ['a.tif', () => quarters(160, 80).tiff().toBuffer()],
  ['tiled.tif', () => quarters(160, 80).tiff({ tile: true, compression: 'deflate' }).toBuffer()],
  ['a.heic', () => encodeHeic(quarters(160, 80))],
  ['a.dng', async () => rawFile(await quarters(160, 80).jpeg().toBuffer())],
];

describe.skipIf(lacksTools)('metadata of other files than JPEG', () => {
  test.each(sources)('%s: is kept in each format of results', async (name, make) => {
    const bytes = writeTags(await make(), name);
    // ExifTool cannot write all of them to HEIC: what it wrote is what counts.
    const before = readTags(bytes, name);
    for (const tag of Object.keys(expected)) expect(before, tag).toHaveProperty([tag]);
    for (const format of ['jpeg', 'png', 'webp', 'avif']) {
      const { files } = await runOperation(imageTransform, {
        params: { metadata: 'keep', format, width: 40 },
        assets: [{ name, bytes }],
      });
      const [[result = '', written = Buffer.alloc(0)] = []] = files;
      const after = readTags(written, result);
      expect(after, format).toMatchObject(expected);
      expect(after['IFD0:Orientation'], format).toBe('Horizontal (normal)');
      const { output } = exiftool(written, result, '-validate', '-warning', '-a', '-s3');
      const problems = output
        .split('\n')
        .slice(1)
        .filter((line) => line !== '' && !HARMLESS.test(line));
      expect(problems, format).toEqual([]);
    }
  });

  test('of TIFF without location loses only that', async () => {
    const bytes = writeTags(await quarters().tiff().toBuffer(), 'a.tif');
    const { files } = await runOperation(imageGallery as never, {
      params: { metadata: 'strip-location' },
      assets: [{ name: 'a.tif', bytes }],
    });
    const [, picture = Buffer.alloc(0)] = [...files].find(([path]) => path.startsWith('images/')) ?? [];
    const { 'GPS:GPSLatitude': _, ...kept } = expected;
    const after = readTags(picture, 'a.jpg');
    expect(after).toMatchObject(kept);
    expect(after).not.toHaveProperty('GPS:GPSLatitude');
  });

  test('of TIFF gives a photograph its lens', async () => {
    const bytes = writeTags(await plain(300, 200).tiff().toBuffer(), 'a.tif');
    const { facts } = await runPictureTask(task, bytes, reconstructParams.parse({}));
    expect(facts.lens).toMatchObject({ make: 'Acme', model: 'One', lens: '35mm', focal_length: 35 });
  });
});
