/** Files with several pictures, of which an operation uses one. Pillow makes them. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { imageContactSheet } from '../../../operations/image-contact-sheet/index.ts';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { runOperation } from '../../support/run-operation.ts';
import { computeByPillow } from '../../support/transform-reference.ts';

const made = new Map<string, Buffer>();

/** Makes a file with this code of Python, once. */
function make(code: string): Buffer {
  const file = made.get(code) ?? runPython(code);
  made.set(code, file);
  return file;
}

const runPython = (code: string): Buffer =>
  execFileSync('python3', [
    '-B',
    '-c',
    `import io, sys
from PIL import Image, TiffImagePlugin
def picture(side, colour):
    return Image.new('RGB', (side, side), colour)
out = io.BytesIO()
${code}
sys.stdout.buffer.write(out.getvalue())`,
  ]);

/** Three pages of a scan. */
const scan = `picture(64, 'red').save(out, 'TIFF', save_all=True, append_images=[picture(64, 'green'), picture(64, 'blue')])`;
/** A picture with a smaller copy (NewSubfileType 1) and a mask (4). */
const withSmaller = `
with TiffImagePlugin.AppendingTiffWriter(out) as writer:
    for side, kind in ((64, 0), (16, 1), (64, 4)):
        picture(side, 'red').save(writer, 'TIFF', tiffinfo={254: kind})
        writer.newFrame()`;
const animation = `picture(64, 'red').save(out, 'GIF', save_all=True, append_images=[picture(64, 'green')], duration=100)`;

/** A second photograph of the same size, and a map of half the size. Pillow does not say what they are. */
const pair = `picture(64, 'red').save(out, 'MPO', save_all=True, append_images=[picture(64, 'green'), picture(32, 'grey')])`;

/** The second one has a still picture that is no frame. */
const animatedPng = (options: string): string =>
  `picture(64, 'red').save(out, 'PNG', save_all=True, append_images=[picture(64, 'green'), picture(64, 'blue')], duration=100, loop=2${options})`;

const operations = [
  ['image.transform', imageTransform, { width: 16 }],
  ['image.contact-sheet', imageContactSheet, {}],
  ['image.gallery', imageGallery, {}],
  ['image.gallery as JSON', imageGallery, { as: 'json' }],
] as unknown as [string, Operation, Record<string, unknown>][];

describe.skipIf(lacksPillow)('a note says', () => {
  test.each(operations)('%s: which pages and frames are not in the result', async (_, operation, params) => {
    const assets = [
      { name: 'scan.tiff', bytes: make(scan) },
      { name: 'smaller.tiff', bytes: make(withSmaller) },
      { name: 'moving.gif', bytes: make(animation) },
      { name: 'moving.png', bytes: make(animatedPng('')) },
      { name: 'poster.png', bytes: make(animatedPng(', default_image=True')) },
      { name: 'stereo.jpg', bytes: make(pair) },
    ];
    const { notes } = await runOperation(operation, { params, assets });
    expect(notes).toEqual([
      {
        code: 'pages_left_out',
        message: '"scan.tiff" has 3 pages; only the first of them is in the result',
        asset: 0,
      },
      {
        code: 'frames_left_out',
        message: '"moving.gif" has 2 frames; only the first of them is in the result',
        asset: 2,
      },
      {
        code: 'frames_left_out',
        message: '"moving.png" has 3 frames; only the first of them is in the result',
        asset: 3,
      },
      {
        code: 'frames_left_out',
        message: '"poster.png" has 3 frames; only its still picture is in the result',
        asset: 4,
      },
      {
        code: 'pages_left_out',
        message: '"stereo.jpg" has 2 pages; only the first of them is in the result',
        asset: 5,
      },
    ]);
  });

  test('image.metadata: the frames of a PNG file', async () => {
    const { data } = await runOperation(imageMetadata as never, {
      params: { include: [] },
      assets: [{ name: 'moving.png', bytes: make(animatedPng('')) }],
    });
    expect(data).toMatchObject({
      assets: [{ pages: 3, animation: { frames: 3, loop: 2, duration_ms: 300 } }],
    });
  });
});

describe.skipIf(lacksPillow)('page of image.transform', () => {
  const run = (params: Record<string, unknown>, code: string, name = 'scan.tiff') =>
    runOperation(imageTransform as Operation, {
      params: { format: 'png', ...params },
      assets: [{ name, bytes: make(code) }],
    });
  /** A page behind a smaller copy of the first one. */
  const behindSmaller = `
with TiffImagePlugin.AppendingTiffWriter(out) as writer:
    for side, kind, colour in ((64, 0, 'red'), (16, 1, 'red'), (32, 0, 'blue')):
        picture(side, colour).save(writer, 'TIFF', tiffinfo={254: kind})
        writer.newFrame()`;

  test('is used', async () => {
    const cases: readonly [number, string, unknown][] = [
      [
        0,
        scan,
        [
          [64, 64],
          [255, 0, 0],
        ],
      ],
      [
        1,
        scan,
        [
          [64, 64],
          [0, 128, 0],
        ],
      ],
      [
        2,
        scan,
        [
          [64, 64],
          [0, 0, 255],
        ],
      ],
      [
        1,
        behindSmaller,
        [
          [32, 32],
          [0, 0, 255],
        ],
      ],
    ];
    const results = await Promise.all(cases.map(([page, code]) => run({ page }, code)));
    const code = '[image.size, image.convert("RGB").getpixel((3, 3))]';
    const requests = results.map(({ files }) => ({ bytes: [...files.values()][0] ?? Buffer.alloc(0), code }));
    const expected = cases.map(([, , shown]) => shown);
    expect(computeByPillow(requests).map(({ value }) => value)).toEqual(expected);
    expect(results.map(({ notes }) => notes[0]?.message)).toEqual([
      '"scan.tiff" has 3 pages; only the first of them is in the result',
      '"scan.tiff" has 3 pages; only page 1, counted from 0, is in the result',
      '"scan.tiff" has 3 pages; only page 2, counted from 0, is in the result',
      '"scan.tiff" has 2 pages; only page 1, counted from 0, is in the result',
    ]);
  });

  test.each([
    [3, scan, 'scan.tiff', 'has 3 pages: there is no page 3, counted from 0'],
    [2, behindSmaller, 'scan.tiff', 'has 2 pages: there is no page 2, counted from 0'],
    [1, animation, 'a.gif', 'is not a TIFF file, which alone has pages: there is no page 1, counted from 0'],
  ])('%i that does not exist fails', async (page, code, name, problem) => {
    await expect(run({ page }, code, name)).rejects.toMatchObject({
      code: 'operation_failed',
      message: `Asset 0 ("${name}") ${problem}`,
      details: { parameter: 'page', page },
    });
  });
});
