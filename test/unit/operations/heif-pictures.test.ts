/** AVIF and HEIC files with several pictures, alternatives and code points. Pillow reads the AVIF files by libavif. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { lacksPillow, measureColours } from '../../support/colour-reference.ts';
import { encodeHeic } from '../../support/heic.ts';
import {
  buildHeif,
  type HeifItem,
  otherProperty,
  readCodedPicture,
  sizeProperty,
} from '../../support/heif-file.ts';
import { decode, plain } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { computeByPillow } from '../../support/transform-reference.ts';

const lacksHeic = spawnSync('heif-enc', ['--version']).error !== undefined;

const run = async (bytes: Buffer, params = {}) => {
  const { files, notes } = await runOperation(imageTransform as never, {
    params: { format: 'png', ...params },
    assets: [{ name: 'a.heif', bytes }],
  });
  const [png = Buffer.alloc(0)] = files.values();
  const { width, height, at } = await decode(png);
  return { png, size: [width, height], colour: at(0.5, 0.5), notes };
};

const SIDE = 64;

interface Coded {
  readonly data: Buffer;
  readonly config: Buffer;
}

const encodeAvif = async (colour: string): Promise<Coded> =>
  readCodedPicture(await plain(SIDE, SIDE, colour).avif({ quality: 90, effort: 0 }).toBuffer(), 'av1C');

const encodeHevc = async (colour: string): Promise<Coded> =>
  readCodedPicture(await encodeHeic(plain(SIDE, SIDE, colour)), 'hvcC');

/** Code points of ITU-T H.273, with the matrix of BT.601. */
const nclx = (primaries: number, transfer: number): Buffer =>
  otherProperty(
    'colr',
    Buffer.concat([Buffer.from('nclx'), Buffer.from([0, primaries, 0, transfer, 0, 6, 0x80])]),
  );

interface Build {
  readonly brand: 'avif' | 'heic';
  readonly pictures: readonly Coded[];
  /** Further properties of each picture. */
  readonly described?: readonly (readonly Buffer[])[];
  readonly items?: readonly Partial<HeifItem>[];
  readonly options?: Parameters<typeof buildHeif>[3];
}

/** Each picture has a size, a configuration, and what is given for it. */
function build({ brand, pictures, described = [], items = [], options }: Build): Buffer {
  const properties: Buffer[] = [sizeProperty(SIDE, SIDE)];
  const coded = pictures.map(({ data, config }, index): HeifItem => {
    const own = [config, ...(described[index] ?? [])];
    const ids = own.map((property) => properties.push(property));
    return { type: brand === 'avif' ? 'av01' : 'hvc1', data, properties: [1, ...ids], ...items[index] };
  });
  return buildHeif(brand, coded, properties, options);
}

const near = (seen: readonly number[], expected: readonly number[]): boolean =>
  expected.every((value, index) => Math.abs(value - (seen[index] ?? 999)) <= 6);

const PRIMARY_ALONE = {
  code: 'pages_left_out',
  message: '"a.heif" has 2 pages; only the primary one is in the result',
  asset: 0,
};

describe.skipIf(lacksPillow)('an AVIF file with several pictures', () => {
  test.each([1, 2])('shows its primary one, number %i, and notes the other', async (primary) => {
    const pictures = [await encodeAvif('#c83214'), await encodeAvif('#1432c8')];
    const bytes = build({ brand: 'avif', pictures, options: { primary } });
    const [reference] = computeByPillow([{ bytes, code: 'list(image.convert("RGB").getpixel((32, 32)))' }]);
    const { colour, notes } = await run(bytes);
    expect(near(colour, reference?.value as number[]), `${colour} ${reference?.value}`).toBe(true);
    expect(notes).toEqual([PRIMARY_ALONE]);
  });

  test('does not count thumbnails, hidden pictures and alternatives', async () => {
    const pictures = await Promise.all(['#c83214', '#1432c8', '#14c832', '#888888'].map(encodeAvif));
    const items = [{}, { from: [1], reference: 'thmb' }, { isHidden: true }, {}];
    const { colour, notes } = await run(
      build({ brand: 'avif', pictures, items, options: { alternatives: [1, 4] } }),
    );
    expect(near(colour, [0xc8, 0x32, 0x14])).toBe(true);
    expect(notes).toEqual([]);
  });

  test.each(['mif1', 'avis', 'MA1B', 'iso8'])('is read under the brand %s', async (major) => {
    const bytes = build({ brand: 'avif', pictures: [await encodeAvif('#c83214')], options: { major } });
    expect(near((await run(bytes)).colour, [0xc8, 0x32, 0x14])).toBe(true);
  });
});

const lacksAvifenc = spawnSync('avifenc', ['--version']).error !== undefined;

/** An AVIF file whose colours avifenc multiplies by alpha. */
async function makePremultiplied(bits: number): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-avif-'));
  try {
    const [source, output] = [join(folder, 'a.png'), join(folder, 'a.avif')];
    const picture = plain(SIDE, SIDE, '#c8641e80').png();
    await picture.toFile(source);
    const lossless = ['--min', '0', '--max', '0', '-y', '444', '-s', '9'];
    execFileSync('avifenc', [...lossless, '-d', String(bits), '--premultiply', source, output], {
      stdio: 'ignore',
    });
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(lacksPillow || lacksAvifenc)('an AVIF file whose colours are multiplied by alpha', () => {
  test.each([8, 10])('shows the colours, with %i bits', async (bits) => {
    const bytes = await makePremultiplied(bits);
    const code = 'list(image.convert("RGBA").getpixel((32, 32)))';
    const [reference] = computeByPillow([{ bytes, code }]);
    expect(near(reference?.value as number[], [0xc8, 0x64, 0x1e, 0x80])).toBe(true);
    for (const metadata of ['strip', 'keep'])
      expect(near((await run(bytes, { metadata })).colour, reference?.value as number[])).toBe(true);
  });
});

const makeSequence = (): Buffer =>
  execFileSync('python3', [
    '-B',
    '-c',
    `import sys
from PIL import Image
frames = [Image.new('RGB', (64, 64), colour) for colour in ('#c83214', '#1432c8', '#14c832')]
frames[0].save(sys.stdout.buffer, 'AVIF', save_all=True, append_images=frames[1:], duration=100, quality=90)`,
  ]);

describe.skipIf(lacksPillow)('an AVIF sequence', () => {
  test('becomes a still, which the note says', async () => {
    const bytes = makeSequence();
    const { colour, notes } = await run(bytes);
    expect(near(colour, [0xc8, 0x32, 0x14]), `${colour}`).toBe(true);
    expect(notes).toEqual([
      {
        code: 'frames_left_out',
        message: '"a.heif" has 3 frames; only its still picture is in the result',
        asset: 0,
      },
    ]);
    const { data } = await runOperation(imageMetadata as never, {
      params: { include: [] },
      assets: [{ name: 'a.avif', bytes }],
    });
    expect(data).toMatchObject({
      assets: [{ pages: 3, animation: { frames: 3, loop: null, duration_ms: null } }],
    });
  });

  test('without a still picture is rejected as such', async () => {
    const bytes = makeSequence();
    bytes.write('free', bytes.indexOf('meta', 0, 'latin1'), 'latin1');
    // Brands of still pictures demand a box `meta`.
    for (const brand of ['avif', 'mif1', 'miaf', 'MA1B'])
      bytes.write('iso8', bytes.indexOf(brand, 0, 'latin1'), 'latin1');
    const [reference] = computeByPillow([{ bytes, code: 'file.n_frames' }]);
    expect(reference?.value).toBe(3);
    await expect(run(bytes)).rejects.toMatchObject({
      code: 'asset_not_an_image',
      message: expect.stringContaining('is an AVIF sequence (animation) without a still picture'),
    });
  });
});

describe.skipIf(lacksHeic)('a HEIC file', () => {
  test.each(['mif1', 'hevx', 'MiHE'])('is read under the brand %s', async (major) => {
    const bytes = build({ brand: 'heic', pictures: [await encodeHevc('#c83214')], options: { major } });
    expect(near((await run(bytes)).colour, [0xc8, 0x32, 0x14])).toBe(true);
  });

  test('with several pictures shows its primary one, and notes the other', async () => {
    const pictures = [await encodeHevc('#c83214'), await encodeHevc('#1432c8')];
    const { colour, notes } = await run(build({ brand: 'heic', pictures, options: { primary: 2 } }));
    expect(near(colour, [0x14, 0x32, 0xc8]), `${colour}`).toBe(true);
    expect(notes).toEqual([PRIMARY_ALONE]);
  });

  test('with a gain map is read in standard range', async () => {
    const pictures = [await encodeHevc('#888888'), await encodeHevc('#c83214')];
    const coded = build({
      brand: 'heic',
      pictures: [...pictures, { data: Buffer.alloc(62), config: sizeProperty(SIDE, SIDE) }],
      // The description of high dynamic range is the first one in the file.
      described: [[nclx(9, 16)], [nclx(1, 13)], [nclx(9, 16)]],
      items: [{ isHidden: true }, {}, { type: 'tmap', from: [2, 1] }],
      options: { primary: 2, alternatives: [3, 2] },
    });
    const { colour, notes } = await run(coded);
    expect(near(colour, [0xc8, 0x32, 0x14]), `${colour}`).toBe(true);
    expect(notes).toEqual([]);
  });

  test.skipIf(lacksPillow).each([
    ['Display P3', 12, 'P3'],
    ['BT.2020', 9, '[(0.708, 0.292), (0.17, 0.797), (0.131, 0.046)]'],
    ['DCI P3 with the white of film', 11, null],
  ])('with code points of %s is converted to sRGB', async (_, primaries, name) => {
    const bytes = build({
      brand: 'heic',
      pictures: [await encodeHevc('#b46446')],
      described: [[nclx(primaries, 13)]],
    });
    const { png } = await run(bytes);
    const untouched = build({
      brand: 'heic',
      pictures: [await encodeHevc('#b46446')],
      described: [[nclx(1, 13)]],
    });
    const { colour: stored } = await run(untouched);
    const white = name === null ? '(0.314, 0.351)' : 'profiles.D65';
    const chosen = name === 'P3' || name === null ? 'profiles.P3' : name;
    const code =
      '(__import__("PIL.ImageCms"), cms := __import__("PIL").ImageCms, profiles := __import__("profiles"), list(cms.profileToProfile(' +
      `Image.new("RGB", (1, 1), (${stored.slice(0, 3)})), ` +
      `cms.ImageCmsProfile(__import__("io").BytesIO(profiles.rgb(${chosen}, ${white}, profiles.srgb_curve_tag(2)))), ` +
      'cms.createProfile("sRGB")).getpixel((0, 0))))[3]';
    const [reference] = computeByPillow([{ bytes: png, code }]);
    const [measure] = await measureColours([
      {
        bytes: png,
        patches: [{ box: [8, 8, 56, 56], colour: reference?.value as [number, number, number] }],
      },
    ]);
    expect(measure?.difference, `${reference?.value}`).toBeLessThan(1);
  });
});
