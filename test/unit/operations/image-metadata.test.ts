import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { describe, expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { operationContract } from '../../contracts/operation.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { photo } from '../../support/photos.ts';
import { noise, plain, pngBomb, quarters } from '../../support/pictures.ts';
import { runOperation, type TestAsset } from '../../support/run-operation.ts';
import { computeByPillow } from '../../support/transform-reference.ts';

const names = ['astronaut', 'chelsea', 'coffee', 'hubble_deep_field', 'rocket'];
const photos = await Promise.all(
  names.map(async (name) => ({ name: `${name}.jpg`, bytes: await photo(`${name}.jpg`) })),
);
const [astronaut, chelsea, coffee] = photos as readonly TestAsset[] as [TestAsset, TestAsset, TestAsset];

operationContract(
  imageMetadata,
  {
    title: 'photographs',
    params: {},
    assets: photos,
    unusable: { name: 'page.jpg', bytes: '<!doctype html><html></html>' },
  },
  {
    title: 'headers alone, of more assets than one batch',
    params: { include: [] },
    readsHeadersOnly: true,
    assets: Array.from({ length: 18 }, () => chelsea),
    unusable: { name: 'bomb.png', bytes: pngBomb(30_000, 30_000) },
  },
);

interface Described {
  readonly index: number;
  readonly name: string;
  readonly exif: Record<string, unknown> | null;
  readonly palette: readonly { readonly hex: string; readonly share: number }[];
  readonly phash: string;
  readonly sharpness: number;
  readonly thumbhash?: string;
}

async function describeAll(assets: readonly TestAsset[], params = {}): Promise<Described[]> {
  const { data } = await runOperation(imageMetadata, { params, assets });
  return (data as { assets: Described[] }).assets;
}

async function describeOne(bytes: Uint8Array, params = {}): Promise<Described> {
  const [first] = await describeAll([{ name: 'x', bytes }], params);
  if (!first) throw new Error('nothing described');
  return first;
}

describe('the header', () => {
  test('has the stored and the upright size, with the profile', async () => {
    expect(await describeOne(Buffer.from(chelsea.bytes), { include: [] })).toEqual({
      index: 0,
      name: 'x',
      size: chelsea.bytes.length,
      media_type: 'image/jpeg',
      width: 451,
      height: 300,
      stored: { width: 300, height: 451 },
      orientation: 6,
      colour_space: 'srgb',
      channels: 3,
      depth: 8,
      alpha: false,
      icc_profile: 'sRGB',
      density: 72,
      progressive: false,
      pages: 1,
      animation: null,
    });
  });

  test.each<[string, () => Promise<Buffer>, Record<string, unknown>]>([
    [
      'PNG with 16 bits',
      () => plain(20, 10).toColourspace('rgb16').png().toBuffer(),
      { media_type: 'image/png', depth: 16 },
    ],
    ['PNG with alpha', () => plain(20, 10, '#ff000080').png().toBuffer(), { alpha: true, channels: 4 }],
    [
      'grey JPEG',
      () => plain(20, 10).toColourspace('b-w').jpeg().toBuffer(),
      { colour_space: 'b-w', channels: 1 },
    ],
    [
      'CMYK',
      () => plain(20, 10).toColourspace('cmyk').jpeg().toBuffer(),
      { colour_space: 'cmyk', channels: 4 },
    ],
    ['progressive', () => plain(20, 10).jpeg({ progressive: true }).toBuffer(), { progressive: true }],
    ['density', () => plain(20, 10).withMetadata({ density: 300 }).jpeg().toBuffer(), { density: 300 }],
    ['AVIF', () => plain(20, 10).avif().toBuffer(), { media_type: 'image/avif', width: 20, height: 10 }],
    ['TIFF', () => plain(20, 10).tiff().toBuffer(), { media_type: 'image/tiff', pages: 1, animation: null }],
  ])('%s', async (_, make, facts) => {
    expect(await describeOne(await make(), { include: [] })).toMatchObject(facts);
  });

  test('describes an animation', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0', '#00f'].map((c) =>
        plain(8, 8, c.replace(/[0-9a-f]/g, '$&$&'))
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [100, 200, 300], loop: 2 })
      .toBuffer();
    const facts = { width: 8, height: 8, pages: 3, animation: { frames: 3, loop: 2, duration_ms: 600 } };
    expect(await describeOne(gif)).toMatchObject(facts);
  });
});

describe('palette', () => {
  test('of four quarters are their four colours, in equal shares', async () => {
    const { palette } = await describeOne(await quarters().png().toBuffer());
    expect(palette.map(({ hex }) => hex).sort()).toEqual(['#0000ff', '#00ff00', '#ff0000', '#ffffff']);
    for (const { share } of palette) expect(share).toBeCloseTo(0.25, 1);
  });

  test('ignores transparent pixels', async () => {
    expect((await describeOne(await plain(20, 20, '#ff000000').png().toBuffer())).palette).toEqual([]);
  });

  test('of photographs: up to five colours, the largest share first, and always the same', async () => {
    const [one, two] = [await describeAll(photos), await describeAll(photos)];
    expect(two).toEqual(one);
    for (const { palette } of one) {
      expect(palette.length).toBeGreaterThan(1);
      expect(palette.length).toBeLessThanOrEqual(5);
      const shares = palette.map(({ share }) => share);
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.97);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1.002);
      for (const { hex } of palette) expect(hex).toMatch(/^#[0-9a-f]{6}$/);
    }
    // Orange and red dominate coffee on wood, black the sky.
    const [, , cup, sky] = one;
    const [r = 0, g = 0, b = 0] = Buffer.from(cup?.palette[0]?.hex.slice(1) ?? '', 'hex');
    expect(r > g && g > b).toBe(true);
    expect(Buffer.from(sky?.palette[0]?.hex.slice(1) ?? '', 'hex').every((channel) => channel < 40)).toBe(
      true,
    );
  });
});

describe('perceptual hash', () => {
  const distance = (one: string, two: string): number =>
    [...(BigInt(`0x${one}`) ^ BigInt(`0x${two}`)).toString(2)].filter((bit) => bit === '1').length;

  test.each(names)('of %s survives another size, another format and bad compression', async (name) => {
    const original = await photo(`${name}.jpg`);
    const { phash } = await describeOne(original);
    expect(phash).toMatch(/^[0-9a-f]{16}$/);
    const upright = () => sharp(original).autoOrient();
    const versions = [
      await upright().jpeg({ quality: 30 }).toBuffer(),
      await upright().resize(200).webp({ quality: 60 }).toBuffer(),
      await upright().resize(900).png().toBuffer(),
      await upright().modulate({ brightness: 1.15 }).jpeg().toBuffer(),
    ];
    for (const version of versions)
      expect(distance((await describeOne(version)).phash, phash)).toBeLessThanOrEqual(6);
  });

  test('distinguishes photographs', async () => {
    const hashes = (await describeAll(photos)).map(({ phash }) => phash);
    for (const [at, one] of hashes.entries())
      for (const two of hashes.slice(at + 1)) expect(distance(one, two)).toBeGreaterThan(16);
  });

  test('of a uniform picture is stable', async () => {
    const hashes = await Promise.all(
      [10, 100, 600].map(async (side) => (await describeOne(await plain(side, side).png().toBuffer())).phash),
    );
    expect(new Set(hashes).size).toBe(1);
  });
});

test('sharpness decreases if a picture is blurred, and is 0 for a uniform one', async () => {
  const upright = () => sharp(coffee.bytes as Uint8Array).autoOrient();
  const versions = [upright(), upright().blur(2), upright().blur(6)];
  const found = await Promise.all(
    versions.map(async (image) => (await describeOne(await image.png().toBuffer())).sharpness),
  );
  expect(found).toEqual([...found].sort((a, b) => b - a));
  expect((found[0] ?? 0) / (found[1] ?? 1)).toBeGreaterThan(5);
  expect((await describeOne(await plain(50, 50).png().toBuffer())).sharpness).toBe(0);
  expect((await describeOne(await plain(1, 1).png().toBuffer())).sharpness).toBe(0);
});

test('describes a large picture', async () => {
  const [big] = await describeAll([{ name: 'big.png', bytes: pngBomb(8000, 8000) }]);
  expect(big).toMatchObject({ width: 8000, palette: [{ hex: '#000000', share: 1 }], sharpness: 0 });
});

test('a damaged asset is reported by name, and does not stop the others', async () => {
  const bytes = (await noise(200, 200).png().toBuffer()).subarray(0, 60_000);
  const cut = { name: 'cut.png', bytes };
  const { data, failures } = await runOperation(imageMetadata, {
    params: { on_error: 'skip' },
    assets: [astronaut, cut, coffee],
  });
  expect(data).toMatchObject({
    assets: [
      { index: 0, name: 'astronaut.jpg' },
      { index: 2, name: 'coffee.jpg' },
    ],
  });
  expect(failures).toMatchObject([{ index: 1, name: 'cut.png', error: { code: 'asset_corrupt' } }]);
});

/** Python: mean differences of a picture, flipped and mirrored, to decoded samples, and the difference of the shapes. */
const distanceTo = ({ w, h, rgba }: ReturnType<typeof thumbHashToRGBA>, shape: number): string => {
  const samples = `np.frombuffer(base64.b64decode("${Buffer.from(rgba).toString('base64')}"), dtype="uint8")`;
  const small = `image.convert("RGBA").resize((${w}, ${h}), Image.Resampling.BOX)`;
  const distance = (picture: string) =>
    `float(np.abs(np.asarray(${picture}, dtype=float).reshape(-1) - ${samples}).mean())`;
  const pictures = [small, `ImageOps.flip(${small})`, `ImageOps.mirror(${small})`];
  return `[${[...pictures.map(distance), Math.abs(w / h - shape)].join(', ')}]`;
};

describe.skipIf(lacksPillow)('thumbhash', () => {
  test('is like the upright picture, and has its shape', async () => {
    const hashes = await describeAll([chelsea, astronaut], { include: ['thumbhash'] });
    const decoded = hashes.map(({ thumbhash }) => thumbHashToRGBA(Buffer.from(String(thumbhash), 'base64')));
    const assets = [chelsea, astronaut].map(({ bytes }) => Buffer.from(bytes));
    const differences = computeByPillow(
      decoded.map((placeholder, index) => ({
        bytes: assets[index] ?? Buffer.alloc(0),
        code: distanceTo(placeholder, index === 0 ? 451 / 300 : 1),
      })),
    ).map(({ value }) => value as [number, number, number, number]);
    for (const [distance, flipped, mirrored, shape] of differences) {
      expect(distance).toBeLessThan(40);
      expect(distance).toBeLessThan(0.9 * Math.min(flipped, mirrored));
      // The decoder rounds the shape to small numbers.
      expect(shape).toBeLessThan(0.2);
    }
    for (const { thumbhash } of hashes) expect(String(thumbhash).length).toBeLessThan(40);
  });

  test('is left out unless it is requested', async () => {
    expect(await describeOne(Buffer.from(chelsea.bytes))).not.toHaveProperty('thumbhash');
  });
});
