/** Colours that files describe without an ICC profile, compared with what Chromium shows. */
import { deflateSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { iccName } from '../../../operations/image-metadata/icc-name.ts';
import { readBrowserPixels } from '../../support/browser-colours.ts';
import { launchChromium } from '../../support/chromium.ts';
import { lacksPillow, measureColours, type Patch } from '../../support/colour-reference.ts';
import { pngFile } from '../../support/pictures.ts';
import { transformOne } from '../../support/transform-one.ts';

const STRIPES = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [200, 120, 40],
  [60, 160, 90],
  [128, 128, 128],
  [250, 220, 190],
  [20, 20, 20],
] as const;
const [WIDTH, HEIGHT] = [STRIPES.length * 16, 16];

type Chunk = readonly [string, Buffer];
type Point = readonly [number, number];

const words = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(Math.round(value * 100_000), index * 4);
  return bytes;
};
const gamma = (value: number): Chunk => ['gAMA', words([value])];
const D65: Point = [0.3127, 0.329];
const chromaticities = (...points: readonly Point[]): Chunk => ['cHRM', words(points.flat())];
const displayP3 = chromaticities(D65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]);
const srgb = chromaticities(D65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]);
const cicp = (...codes: number[]): Chunk => ['cICP', Buffer.from(codes)];
const profile = async (name: string): Promise<Chunk> => {
  const { icc } = await sharp(
    await sharp(Buffer.alloc(3), { raw: { width: 1, height: 1, channels: 3 } })
      .withIccProfile(name)
      .png()
      .toBuffer(),
  ).metadata();
  return ['iCCP', Buffer.concat([Buffer.from('icc\0\0'), deflateSync(icc ?? Buffer.alloc(0))])];
};

/** The stripes as PNG. Grey: their green. */
function stripesPng(chunks: readonly Chunk[], { bits = 8, grey = false } = {}): Buffer {
  const samples = STRIPES.flatMap((colour) => Array(16).fill(grey ? [colour[1]] : colour)).flat();
  const row = [0, ...(bits === 16 ? samples.flatMap((sample) => [sample, sample]) : samples)];
  const rows = Buffer.concat(Array(HEIGHT).fill(Buffer.from(row)));
  return pngFile({ width: WIDTH, height: HEIGHT, bits, type: grey ? 0 : 2 }, rows, chunks);
}

const stripes = (): Sharp => {
  const row = Buffer.from(STRIPES.flatMap((colour) => Array(16).fill(colour)).flat());
  return sharp(Buffer.concat(Array(HEIGHT).fill(row)), {
    raw: { width: WIDTH, height: HEIGHT, channels: 3 },
  });
};

/** The stripes as AVIF without loss, with other code points in its `colr` box. */
async function stripesAvif(primaries: number, transfer: number, bitdepth: 8 | 10 | 12 = 8): Promise<Buffer> {
  const bytes = await stripes().avif({ lossless: true, effort: 0, bitdepth }).toBuffer();
  const at = bytes.indexOf('colrnclx') + 8;
  if (at < 8) throw new Error('The encoder wrote no code points');
  bytes.writeUInt16BE(primaries, at);
  bytes.writeUInt16BE(transfer, at + 2);
  return bytes;
}

/** A GIF whose only frame of 40 × 30 lies at (8, 20) of a canvas of 80 × 60. */
async function partialGif(): Promise<Buffer> {
  const frame = sharp({ create: { width: 40, height: 30, channels: 3, background: '#c87828' } });
  const bytes = await frame.gif().toBuffer();
  const descriptor = bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, 40, 0, 30, 0]));
  if (descriptor < 0) throw new Error('The encoder wrote no frame');
  bytes.writeUInt16LE(80, 6);
  bytes.writeUInt16LE(60, 8);
  bytes.writeUInt16LE(8, descriptor + 1);
  bytes.writeUInt16LE(20, descriptor + 3);
  return bytes;
}

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage();
});
afterAll(() => browser?.close());

interface Case {
  readonly title: string;
  readonly bytes: Buffer;
  readonly params?: Record<string, unknown>;
}

/** Returns one line for each picture of which image.transform makes other colours than Chromium shows. */
async function findDifferences(mediaType: string, cases: readonly Case[]): Promise<string[]> {
  const points = STRIPES.map((_, index): Point => [index * 16 + 8, HEIGHT / 2]);
  const results: { bytes: Buffer; patches: Patch[] }[] = [];
  for (const { bytes, params } of cases) {
    const shown = await readBrowserPixels(page, bytes, mediaType, points);
    const patches = shown.map(([r, g, b, alpha], index): Patch => {
      return { box: [index * 16 + 2, 2, index * 16 + 14, 14], colour: [r, g, b], alpha };
    });
    results.push({ bytes: (await transformOne({ format: 'png', ...params }, bytes)).bytes, patches });
  }
  return (await measureColours(results)).flatMap(({ difference, alpha, at }, index) =>
    difference <= 1 && alpha === 0 ? [] : [`${cases[index]?.title}: ${difference}, ${JSON.stringify(at)}`],
  );
}

test.skipIf(lacksPillow)('PNG looks as in a browser', async () => {
  const p3 = await profile('p3');
  const cases: [string, Chunk[], { bits?: number; grey?: boolean }?][] = [
    ['no description', []],
    ['gamma 1', [gamma(1)]],
    ['gamma 1, 16 bits', [gamma(1)], { bits: 16 }],
    ['gamma 1, grey', [gamma(1)], { grey: true }],
    ['gamma 1/1.8', [gamma(0.55556)]],
    ['gamma 0.43', [gamma(0.43)]],
    ['about the gamma of sRGB', [gamma(0.47)]],
    ['the gamma of sRGB', [gamma(0.45455)]],
    ['gamma 0, which means nothing', [gamma(0)]],
    ['Display P3 by gamma and chromaticities', [gamma(0.45455), displayP3]],
    ['sRGB by gamma and chromaticities', [gamma(0.45455), srgb]],
    ['chromaticities alone', [displayP3]],
    ['chromaticities that are no triangle', [gamma(1), chromaticities([0, 0], [0, 0], [0, 0], [0, 0])]],
    ['sRGB before gamma', [['sRGB', Buffer.from([0])], gamma(1)]],
    ['Display P3 by code points', [cicp(12, 13, 0, 1)]],
    ['Display P3 by code points, 16 bits', [cicp(12, 13, 0, 1)], { bits: 16 }],
    ['linear by code points, grey', [cicp(1, 8, 0, 1)], { grey: true }],
    ['BT.2020 with the curve of sRGB', [cicp(9, 13, 0, 1)]],
    ['BT.2020', [cicp(9, 14, 0, 1)]],
    ['BT.709', [cicp(1, 1, 0, 1)]],
    ['NTSC 1953', [cicp(4, 4, 0, 1)]],
    ['PAL', [cicp(5, 5, 0, 1)]],
    ['SMPTE 240M', [cicp(7, 7, 0, 1)]],
    ['film', [cicp(8, 8, 0, 1)]],
    ['XYZ', [cicp(10, 8, 0, 1)]],
    ['DCI P3', [cicp(11, 17, 0, 1)]],
    ['EBU', [cicp(22, 1, 0, 1)]],
    ['unspecified code points', [cicp(2, 2, 0, 1)]],
    ['unspecified code points before gamma', [cicp(2, 2, 0, 1), gamma(1)]],
    ['limited range, which is ignored', [cicp(12, 13, 0, 0)]],
    ['code points before a profile', [cicp(1, 13, 0, 1), p3]],
    ['a profile before gamma', [gamma(1), p3]],
    ['a profile of RGB in a grey picture', [p3], { grey: true }],
  ];
  const pictures = cases.map(([title, chunks, options]) => ({ title, bytes: stripesPng(chunks, options) }));
  const kept = { title: 'kept metadata', bytes: stripesPng([gamma(1)]), params: { metadata: 'keep' } };
  expect(await findDifferences('image/png', [...pictures, kept])).toEqual([]);
});

test.skipIf(lacksPillow)('AVIF looks as in a browser', async () => {
  const cases: [string, number, number, (10 | 12)?][] = [
    ['sRGB', 1, 13],
    ['sRGB, 10 bits', 1, 13, 10],
    ['Display P3', 12, 13],
    ['Display P3, 10 bits', 12, 13, 10],
    ['Display P3, 12 bits', 12, 13, 12],
    ['Display P3 with a video curve', 12, 1],
    ['Display P3 with an unspecified curve', 12, 2],
    ['BT.2020', 9, 14],
    ['linear', 1, 8],
    ['linear with unspecified primaries', 2, 8],
    ['gamma 2.2', 1, 4],
    ['SMPTE 240M', 1, 7],
    ['unspecified', 2, 2],
    ['reserved code points', 99, 99],
  ];
  const pictures = cases.map(async ([title, primaries, transfer, bits]) => {
    return { title, bytes: await stripesAvif(primaries, transfer, bits) };
  });
  const withProfile = async (bitdepth: 8 | 10) => {
    const bytes = await stripes()
      .withIccProfile('p3')
      .avif({ lossless: true, effort: 0, bitdepth })
      .toBuffer();
    return { title: `Display P3 by a profile, ${bitdepth} bits`, bytes };
  };
  const all = await Promise.all([...pictures, withProfile(8), withProfile(10)]);
  expect(await findDifferences('image/avif', all)).toEqual([]);
});

test('a result that keeps metadata says that its colours were converted to sRGB', async () => {
  const { metadata } = await transformOne({ metadata: 'keep' }, stripesPng([gamma(1)]));
  expect(metadata.icc && iccName(metadata.icc)).toBe('sRGB');
});

test('a GIF is transparent where its first frame does not reach', async () => {
  const bytes = await partialGif();
  const points: Point[] = [
    [2, 2],
    [28, 35],
    [60, 55],
  ];
  const shown = await readBrowserPixels(page, bytes, 'image/gif', points);
  expect(shown).toEqual([
    [0, 0, 0, 0],
    [200, 120, 40, 255],
    [0, 0, 0, 0],
  ]);
  const result = await sharp((await transformOne({ format: 'png' }, bytes)).bytes)
    .raw()
    .toBuffer();
  expect(points.map(([x, y]) => [...result.subarray((y * 80 + x) * 4, (y * 80 + x) * 4 + 4)])).toEqual(shown);
});

test.each([
  ['PNG', 'PQ', () => stripesPng([cicp(9, 16, 0, 1)])],
  ['PNG', 'HLG', () => stripesPng([cicp(9, 18, 0, 1)])],
  ['AVIF', 'PQ', () => stripesAvif(9, 16, 10)],
  ['AVIF', 'HLG', () => stripesAvif(9, 18, 10)],
])('%s of high dynamic range (%s) is rejected as such', async (_, transfer, make) => {
  await expect(transformOne({}, await make(), 'sunset')).rejects.toMatchObject({
    code: 'asset_not_an_image',
    message: expect.stringContaining(`it has high dynamic range (${transfer})`),
  });
});
