/** Animations in image.transform. Pillow makes them, and reads the results. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { plain } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { computeByPillow } from '../../support/transform-reference.ts';

/** Five frames of 60 × 40 with a red square that moves to the right. */
const makeAnimation = (format: string): Buffer =>
  execFileSync('python3', [
    '-B',
    '-c',
    `
import sys
from PIL import Image, ImageDraw
frames = []
for index in range(5):
    frame = Image.new('RGB', (60, 40), (0, 40 * index, 200))
    ImageDraw.Draw(frame).rectangle((8 * index, 8, 8 * index + 15, 23), fill=(255, 0, 0))
    frames.append(frame)
frames[0].save(sys.stdout.buffer, format=sys.argv[1], save_all=True, append_images=frames[1:],
               duration=[100, 200, 300, 100, 50], loop=3, lossless=True)
`,
    format,
  ]);

const run = async (params: Record<string, unknown>, bytes: Buffer) => {
  const { files, notes } = await runOperation(imageTransform as Operation, {
    params,
    assets: [{ name: 'a.gif', bytes }],
  });
  const [[name = '', result = Buffer.alloc(0)] = []] = files;
  return { name, result, notes };
};

/** Frames, durations in milliseconds, size, and a pixel of each frame. */
const describeFrames = (x: number, y: number): string =>
  '[(file.seek(index), file.load(), file.info["duration"], file.size, file.convert("RGB").getpixel((%d, %d)))[2:] for index in range(file.n_frames)]'
    .replace('%d', String(x))
    .replace('%d', String(y));

const frames = (bytes: Buffer, x: number, y: number): unknown =>
  computeByPillow([{ bytes, code: describeFrames(x, y) }])[0]?.value;

const shown = (size: [number, number], colours: number[][]): unknown[] =>
  [100, 200, 300, 100, 50].map((duration, index) => [duration, size, colours[index]]);

const RED = [255, 0, 0];

describe.skipIf(lacksPillow)('frames', () => {
  // The square of the last but one frame is at 24 to 39, that of the last one at 32 to 47.
  const middle = [[0, 0, 200], [0, 40, 200], [0, 80, 200], RED, RED];

  test.each([
    // GIF counts repetitions, WebP how often the animation is shown.
    ['GIF', 'keep', 'a.gif', 3],
    ['GIF', 'webp', 'a.webp', 4],
    ['WEBP', 'gif', 'a.gif', 2],
    ['WEBP', 'keep', 'a.webp', 3],
  ] as const)('all of %s with format %s, unchanged', async (source, format, expected, loop) => {
    const { name, result, notes } = await run(
      { frames: 'all', format, lossless: format !== 'gif' },
      makeAnimation(source),
    );
    expect(name).toBe(expected);
    expect(notes).toEqual([]);
    expect(frames(result, 38, 20)).toEqual(shown([60, 40], middle));
    expect(computeByPillow([{ bytes: result, code: 'file.info["loop"]' }])[0]?.value).toBe(loop);
  });

  test('are cropped, turned and resized one by one', async () => {
    const params = {
      frames: 'all',
      crop: { left: 20, top: 0, width: 40, height: 40 },
      rotate: 90,
      flop: true,
      width: 20,
    };
    const { result } = await run(params, makeAnimation('GIF'));
    // x and y are exchanged: this was the point 36, 15.
    const seen = frames(result, 7, 8) as [number, number[], number[]][];
    expect(seen.map(([duration, size]) => [duration, size])).toEqual(
      shown([20, 20], middle).map((frame) => (frame as unknown[]).slice(0, 2)),
    );
    for (const [index, [, , colour]] of seen.entries())
      for (const [channel, value] of colour.entries())
        expect(Math.abs(value - (middle[index]?.[channel] ?? 999))).toBeLessThan(24);
  });

  test('any angle opens corners', async () => {
    const { result } = await run(
      { frames: 'all', format: 'webp', lossless: true, rotate: 45, background: '#00ff00' },
      makeAnimation('GIF'),
    );
    const seen = frames(result, 1, 1) as [number, number[], number[]][];
    expect(seen.map(([, , colour]) => colour)).toEqual(Array(5).fill([0, 255, 0]));
  });

  test('a number uses the first ones, and the note says so', async () => {
    const { result, notes } = await run({ frames: 2, width: 30 }, makeAnimation('WEBP'));
    expect((frames(result, 1, 1) as unknown[]).length).toBe(2);
    expect(notes).toEqual([
      {
        code: 'frames_left_out',
        message: '"a.gif" has 5 frames; only the first 2 of them are in the result',
        asset: 0,
      },
    ]);
  });

  test('only the first one by default, which the note says', async () => {
    const { name, notes } = await run({}, makeAnimation('GIF'));
    expect(name).toBe('a.png');
    expect(notes).toMatchObject([{ code: 'frames_left_out' }]);
  });

  test('of a still are one', async () => {
    const { name, notes } = await run({ frames: 'all' }, await plain(20, 20).jpeg().toBuffer());
    expect([name, notes]).toEqual(['a.jpg', []]);
  });

  test('that are damaged are found behind the first one', async () => {
    const bytes = makeAnimation('GIF');
    const cut = bytes.subarray(0, bytes.length - 60);
    await expect(run({ frames: 'all' }, cut)).rejects.toMatchObject({ code: 'asset_corrupt' });
  });
});

test.each([
  [{ frames: 'all', format: 'png' }, '/frames'],
  [{ frames: 3, format: 'jpeg' }, '/frames'],
  [{ frames: 0 }, '/frames'],
  [{ frames: 'all', trim: 10 }, '/trim'],
  [{ frames: 'all', width: 8, height: 8, fit: 'cover', position: 'attention' }, '/position'],
  [{ frames: 'all', metadata: 'keep' }, '/metadata'],
  [{ frames: 'all', max_bytes: 1000 }, '/max_bytes'],
  [{ frames: 'all', page: 1 }, '/page'],
  [{ format: 'gif', metadata: 'keep' }, '/metadata'],
])('%j is refused by its field', (params, pointer) => {
  const parsed = createRegistry([imageTransform as Operation])
    .find('image.transform')
    ?.parse(params);
  expect(parsed?.ok === false && parsed.errors.map((error) => error.pointer)).toContain(pointer);
});
