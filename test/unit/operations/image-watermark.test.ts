/** image.watermark, compared with what Pillow makes of the same pictures. */
import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { imageWatermark } from '../../../operations/image-watermark/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { operationContract } from '../../contracts/operation.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { photo } from '../../support/photos.ts';
import { plain, quarters } from '../../support/pictures.ts';
import { runOperation, type TestAsset } from '../../support/run-operation.ts';
import { computeByPillow, type Reference } from '../../support/transform-reference.ts';

const operation = imageWatermark as Operation;

const base = await sharp(await photo('chelsea.jpg'))
  .resize(240, 160, { fit: 'fill' })
  .png()
  .toBuffer();
/** As large as the watermark of `base` with scale 0.25: it is not resized. */
const logo = await quarters(60, 30)
  .composite([{ input: await plain(60, 30, '#000000c0').png().toBuffer(), blend: 'dest-in' }])
  .png()
  .toBuffer();

const assetsOf = (bytes: Buffer, overlay: Buffer = logo): TestAsset[] => [
  { name: 'logo.png', bytes: overlay },
  { name: 'picture.png', bytes },
];

async function mark(params: Record<string, unknown>, bytes: Buffer = base, overlay: Buffer = logo) {
  const given = { overlay: 'logo.png', ...params };
  const { files, notes } = await runOperation(operation, { params: given, assets: assetsOf(bytes, overlay) });
  const [[name = '', result = Buffer.alloc(0)] = []] = files;
  if (files.size !== 1) throw new Error(`${files.size} results`);
  return { name, result, notes };
}

operationContract(
  imageWatermark,
  {
    title: 'an asset',
    params: { overlay: 'logo.png', format: 'webp' },
    assets: assetsOf(base),
    unusable: { name: 'list.txt', bytes: 'no picture' },
  },
  { title: 'text', params: { text: '© Acme' }, assets: assetsOf(base) },
);

/** Returns the mean difference of samples, 0 to 255; infinite for another size. */
function difference({ size, mode, pixels }: Reference, other: Reference): number {
  if (!pixels || !other.pixels || mode !== other.mode || String(size) !== String(other.size)) return Infinity;
  return (
    pixels.reduce((sum, sample, index) => sum + Math.abs(sample - (other.pixels?.[index] ?? 0)), 0) /
    pixels.length
  );
}

const overlayCode = `decode("${logo.toString('base64')}")`;
const at = (...places: [number, number][]): string =>
  `marked(image, ${overlayCode}, [${places.map(([left, top]) => `(${left}, ${top})`).join(', ')}])`;

interface Case {
  readonly title: string;
  readonly params: Record<string, unknown>;
  readonly bytes?: Buffer;
  readonly code: string;
  readonly limit?: number;
}

const lying = await sharp(base).rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer();
const translucent = await sharp(base)
  .composite([{ input: await plain(240, 160, '#00000060').png().toBuffer(), blend: 'dest-in' }])
  .png()
  .toBuffer();
const deep = await sharp(base).toColourspace('rgb16').png().toBuffer();

const cases: readonly Case[] = [
  // A margin of 0.02 of 160 pixels is 3.
  { title: 'the default', params: {}, code: at([177, 127]) },
  { title: 'without margin', params: { margin: 0 }, code: at([180, 130]) },
  { title: 'top left', params: { position: 'top-left', margin: 0.1 }, code: at([16, 16]) },
  { title: 'center', params: { position: 'center' }, code: at([90, 65]) },
  { title: 'left', params: { position: 'left' }, code: at([3, 65]) },
  { title: 'top', params: { position: 'top' }, code: at([90, 3]) },
  { title: 'a point', params: { point: { x: 0.25, y: 0.5 } }, code: at([30, 65]) },
  { title: 'a point at the edge', params: { point: { x: 1, y: 0 }, margin: 0.1 }, code: at([164, 16]) },
  {
    title: 'opacity',
    params: { opacity: 0.4, margin: 0 },
    code: `marked(image, ${overlayCode}, [(180, 130)], 0.4)`,
  },
  {
    title: 'tiles',
    params: { tile: true, margin: 0.1 },
    code: at(
      ...[0, 46, 92, 138].flatMap((top) => [0, 76, 152, 228].map((left): [number, number] => [left, top])),
    ),
  },
  { title: 'an upright picture', params: {}, bytes: lying, code: at([177, 127]) },
  { title: 'a translucent picture', params: {}, bytes: translucent, code: at([177, 127]) },
  { title: 'a picture with 16 bits', params: {}, bytes: deep, code: at([177, 127]) },
  {
    title: 'a larger one',
    params: { scale: 0.5, position: 'top-left', margin: 0 },
    code: `marked(image, ${overlayCode}.resize((120, 60), Image.Resampling.BICUBIC), [(0, 0)])`,
    limit: 1,
  },
  {
    title: 'a quarter turn',
    params: { rotate: 90, scale: 0.375, position: 'top-left', margin: 0 },
    code: `marked(image, ${overlayCode}.transpose(Image.Transpose.ROTATE_270), [(0, 0)])`,
  },
];

describe.skipIf(lacksPillow)('is where Pillow puts it', () => {
  let references: [seen: Reference, expected: Reference, unmarked: Reference][];
  beforeAll(async () => {
    const requests = await Promise.all(
      cases.map(async ({ params, bytes = base, code }) => {
        const { result } = await mark({ format: 'png', ...params }, bytes);
        return [
          { bytes: result, code: 'image' },
          { bytes, code },
          { bytes, code: 'image' },
        ];
      }),
    );
    const all = computeByPillow(requests.flat());
    references = cases.map((_, index) => all.slice(3 * index, 3 * index + 3) as (typeof references)[number]);
  });

  test.each(cases.map((each, index) => ({ ...each, index })))('$title', ({ index, limit = 0.3 }) => {
    const [seen = {}, expected = {}, unmarked = {}] = references[index] ?? [];
    expect(difference(seen, expected)).toBeLessThan(limit);
    expect(difference(unmarked, expected)).toBeGreaterThan(2 * limit);
  });

  test('every frame of an animation', async () => {
    const animation = execFileSync('python3', [
      '-B',
      '-c',
      `
import sys
from PIL import Image
frames = [Image.new('RGB', (80, 40), (0, 0, 80 * index)) for index in range(3)]
frames[0].save(sys.stdout.buffer, format='GIF', save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0)
`,
    ]);
    const red = await plain(20, 10, '#ff0000').png().toBuffer();
    const { name, result } = await mark({ frames: 'all', margin: 0 }, animation, red);
    const code =
      '[[file.seek(index), file.info["duration"], file.convert("RGB").getpixel((79, 39)), file.convert("RGB").getpixel((58, 39))][1:] for index in range(file.n_frames)]';
    expect(name).toBe('picture.gif');
    expect(computeByPillow([{ bytes: result, code }])[0]?.value).toEqual([
      [100, [255, 0, 0], [0, 0, 0]],
      [200, [255, 0, 0], [0, 0, 80]],
      [300, [255, 0, 0], [0, 0, 160]],
    ]);
  });
});

describe('colours', () => {
  const pixel = async (bytes: Buffer, left: number, top: number) => [
    ...(await sharp(bytes).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw().toBuffer()),
  ];

  test('of an overlay with a profile become sRGB', async () => {
    const wanted = [200, 60, 30];
    const p3 = await plain(60, 30, '#c83c1e').withIccProfile('p3').png().toBuffer();
    expect(await pixel(await sharp(p3, { ignoreIcc: true }).png().toBuffer(), 1, 1)).not.toEqual(wanted);
    const { result } = await mark({ format: 'png', margin: 0 }, base, p3);
    for (const [channel, value] of (await pixel(result, 200, 145)).entries())
      expect(Math.abs(value - (wanted[channel] ?? 999))).toBeLessThan(3);
  });

  test('are sRGB on a picture with a profile, also with metadata', async () => {
    const p3 = await sharp(base).withIccProfile('p3').png().toBuffer();
    const red = await plain(60, 30, '#c83c1e').png().toBuffer();
    const { result } = await mark({ format: 'png', margin: 0, metadata: 'keep' }, p3, red);
    const [seen] = computeByPillow([{ bytes: result, code: 'image.convert("RGB").getpixel((200, 145))' }]);
    const shown = (seen?.value ?? []) as number[];
    expect(shown).toHaveLength(3);
    for (const [channel, value] of shown.entries())
      expect(Math.abs(value - ([200, 60, 30][channel] ?? 999))).toBeLessThan(3);
  });

  test('of text are as requested, and its letters cover a part', async () => {
    const grey = await plain(400, 200, '#808080').png().toBuffer();
    const params = {
      text: 'HI\nHI',
      color: '#c83c1e',
      scale: 1,
      margin: 0,
      position: 'center',
      format: 'png',
    };
    const { files } = await runOperation(operation, { params, assets: [{ name: 'a.png', bytes: grey }] });
    const [bytes = Buffer.alloc(0)] = files.values();
    const { data } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    let [inked, bare, touchesTop] = [0, 0, false];
    for (let at = 0; at < data.length; at += 3) {
      const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
      if (r === 200 && g === 60 && b === 30) {
        inked++;
        touchesTop ||= at < 3 * 400 * 4;
      }
      if (r === 128 && g === 128 && b === 128) bare++;
    }
    expect(inked).toBeGreaterThan(400 * 200 * 0.05);
    expect(bare).toBeGreaterThan(400 * 200 * 0.3);
    expect(touchesTop).toBe(true);
  });

  test('of text are not markup', async () => {
    const draw = async (text: string) => {
      const assets = [{ name: 'a.png', bytes: base }];
      return (await runOperation(operation, { params: { text, format: 'png' }, assets })).files.get('a.png');
    };
    expect(await draw('<b>x</b>&amp;')).not.toEqual(await draw('x&'));
  });
});

describe('the overlay', () => {
  const run = (params: Record<string, unknown>, assets: TestAsset[]) =>
    runOperation(operation, { params, assets });

  test.each<[string, Record<string, unknown>, TestAsset[], string]>([
    [
      'is missing',
      { overlay: 'mark.png' },
      assetsOf(base),
      'No asset has the name "mark.png" (params.overlay)',
    ],
    [
      'is not unique',
      { overlay: 'logo.png' },
      [...assetsOf(base), { name: 'logo.png', bytes: base }],
      'Several assets have the name "logo.png": give the overlay a name of its own',
    ],
    [
      'is alone',
      { overlay: 'logo.png' },
      assetsOf(base).slice(0, 1),
      'The overlay "logo.png" is the only asset: there is nothing to mark',
    ],
  ])('that %s fails the job', async (_, params, assets, message) => {
    await expect(run({ ...params, on_error: 'skip' }, assets)).rejects.toMatchObject({
      code: 'operation_failed',
      message,
    });
  });

  test('that is no picture fails the job, also with on_error "skip"', async () => {
    const assets = [{ name: 'logo.png', bytes: 'no picture' }, ...assetsOf(base).slice(1)];
    await expect(run({ overlay: 'logo.png', on_error: 'skip' }, assets)).rejects.toMatchObject({
      code: 'asset_not_an_image',
      details: { asset: 'logo.png' },
    });
  });
});

test.each([
  [{}, '/overlay'],
  [{ overlay: 'a', text: 'b' }, '/text'],
  [{ text: ' \n' }, '/text'],
  [{ text: 'a', position: 'top', point: { x: 0, y: 0 } }, '/point'],
  [{ text: 'a', position: 'top', tile: true }, '/position'],
  [{ text: 'a', scale: 0 }, '/scale'],
  [{ text: 'a', opacity: 2 }, '/opacity'],
  [{ text: 'a', font: '/etc/passwd' }, '/font'],
  [{ text: 'a', color: 'red' }, '/color'],
  [{ text: 'a', frames: 'all', format: 'png' }, '/frames'],
])('%j is refused by its field', (params, pointer) => {
  const parsed = createRegistry([operation]).find('image.watermark')?.parse(params);
  expect(parsed?.ok === false && parsed.errors.map((error) => error.pointer)).toContain(pointer);
});
