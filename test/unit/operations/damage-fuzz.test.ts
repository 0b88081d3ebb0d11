/**
 * Damaged pictures are refused, or they show what other decoders show without a complaint. `DARKROOM_FUZZ_RUNS=1000` tries that
 * many damaged files of each kind, `DARKROOM_FUZZ_SEED` others.
 */
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { decodeByReference, encodeByPillow, lacksDecoders } from '../../support/damage-reference.ts';
import { seed } from '../../support/fixed-seed.ts';
import { runOperation } from '../../support/run-operation.ts';

const runs = Number(process.env['DARKROOM_FUZZ_RUNS'] ?? 6);

const [WIDTH, HEIGHT] = [120, 88];

/** Slopes with some noise, so that all parts of a file matter. */
function picture(): Sharp {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      pixels.set([2 * x, (2 * y + ((x * 7919 + y * 104_729) % 23)) & 255, (x * y) >> 6], (y * WIDTH + x) * 3);
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

const tiles = { tile: true, tileWidth: 32, tileHeight: 32 } as const;

const kinds: Readonly<Record<string, (source: Sharp) => Sharp | Promise<Buffer>>> = {
  'baseline JPEG': (source) => source.jpeg({ quality: 90 }),
  'JPEG, 4:4:4': (source) => source.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  'progressive JPEG': (source) => source.jpeg({ progressive: true }),
  'grey JPEG': (source) => source.greyscale().jpeg(),
  PNG: (source) => source.png(),
  'interlaced PNG': (source) => source.png({ progressive: true }),
  'PNG with a palette': (source) => source.png({ palette: true }),
  GIF: (source) => source.gif(),
  WebP: (source) => source.webp({ quality: 90 }),
  'lossless WebP': (source) => source.webp({ lossless: true }),
  AVIF: (source) => source.avif({ effort: 0 }),
  'AVIF with alpha': (source) => source.ensureAlpha(0.5).avif({ effort: 0 }),
  'TIFF, Deflate': (source) => source.tiff({ compression: 'deflate' }),
  'TIFF, Deflate, predictor': (source) => source.tiff({ compression: 'deflate', predictor: 'horizontal' }),
  'TIFF, Deflate, tiled': (source) => source.tiff({ compression: 'deflate', ...tiles }),
  'TIFF, LZW': (source) => source.tiff({ compression: 'lzw' }),
  'TIFF, LZW, tiled': (source) => source.tiff({ compression: 'lzw', ...tiles }),
  'TIFF, JPEG': (source) => source.tiff({ compression: 'jpeg', quality: 90 }),
  'TIFF, JPEG, tiled': (source) => source.tiff({ compression: 'jpeg', quality: 90, ...tiles }),
  'TIFF, PackBits': (source) => source.tiff({ compression: 'packbits' }),
  'TIFF, CCITT Group 3': (source) => encodeByPillow(source, { format: 'TIFF', compression: 'group3' }),
  'TIFF, CCITT Group 4': (source) => encodeByPillow(source, { format: 'TIFF', compression: 'group4' }),
};

/** Millionths of the length, without bias to either end. */
const position = fc.noBias(fc.nat(999_999));

/** Bytes at the end of a file without which a picture is still complete: end marker of JPEG, last chunk of PNG. */
const END = 14;

const damages = fc.oneof(
  { weight: 5, arbitrary: fc.record({ flip: position, bit: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ cut: position }) },
  {
    weight: 1,
    arbitrary: fc.record({
      overwrite: position,
      length: fc.integer({ min: 1, max: 64 }),
      byte: fc.integer({ min: 1, max: 254 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ drop: position, length: fc.integer({ min: 1, max: 8 }) }) },
);

function damage(whole: Buffer, how: Damage): Buffer {
  const at = (fraction: number) => Math.floor((fraction / 1e6) * (whole.length - END));
  if ('cut' in how) return whole.subarray(0, at(how.cut));
  if ('drop' in how)
    return Buffer.concat([whole.subarray(0, at(how.drop)), whole.subarray(at(how.drop) + how.length)]);
  const bytes = Buffer.from(whole);
  if ('overwrite' in how) bytes.subarray(at(how.overwrite)).subarray(0, how.length).fill(how.byte);
  else bytes[at(how.flip)] = (bytes[at(how.flip)] ?? 0) ^ (1 << how.bit);
  return bytes;
}

type Damage = typeof damages extends fc.Arbitrary<infer Value> ? Value : never;

describe.skipIf(lacksDecoders).each(Object.entries(kinds))('%s', (kind, encode) => {
  test('is rejected, or looks as in other decoders', async () => {
    const encoded = encode(picture());
    const whole = await ('toBuffer' in encoded ? encoded.toBuffer() : encoded);
    const cases = [null, ...fc.sample(damages, { numRuns: runs, seed })];
    const assets = cases.map((how, index) => ({
      name: `${String(index).padStart(5, '0')}.bin`,
      bytes: how ? damage(whole, how) : whole,
    }));
    const params = { format: 'png', on_error: 'skip' };
    const { files } = await runOperation(imageTransform as never, { params, assets });
    const shown = assets.filter(({ name }) => files.has(name.replace('.bin', '.png')));
    expect(shown[0]?.name).toBe('00000.bin');
    const references = decodeByReference(shown);
    const limit = 2 + (await difference(files.get('00000.png'), references[0]?.pixels ?? null));
    for (const [index, { name, bytes }] of shown.entries()) {
      if (bytes.equals(whole)) continue;
      const { complaint, pixels } = references[index] ?? {};
      const how = JSON.stringify(cases[Number.parseInt(name, 10)]);
      expect.soft(complaint, `${kind}, ${how}`).toBeNull();
      if (complaint === null && pixels)
        expect
          .soft(await difference(files.get(name.replace('.bin', '.png')), pixels ?? null), `${kind}, ${how}`)
          .toBeLessThan(limit);
    }
  });
});

/** Returns the mean difference of the samples of a PNG file and of RGB pixels, 0 to 255. */
async function difference(png: Buffer | undefined, pixels: Buffer | null): Promise<number> {
  const own = await sharp(png).removeAlpha().toColourspace('srgb').raw().toBuffer();
  if (own.length !== pixels?.length) return 255;
  return own.reduce((sum, sample, index) => sum + Math.abs(sample - (pixels[index] ?? 0)), 0) / own.length;
}
