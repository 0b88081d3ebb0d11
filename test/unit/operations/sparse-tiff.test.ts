/** TIFF files that leave out strips or tiles of one value, as GDAL and slide scanners write them (sparse TIFF). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { runOperation } from '../../support/run-operation.ts';

/**
 * Removes parts of TIFF files, after Pillow or tifffile has written those that do not exist. Writes what tifffile reads: the stated value
 * (GDAL_NODATA), or 0 where the samples cannot have it. Pillow reads the whole file, since tifffile has no decoders for most compressions.
 */
const SCRIPT = `
import json, os, sys
import numpy as np
import tifffile
from PIL import Image, TiffImagePlugin

TiffImagePlugin.STRIP_SIZE = 32 * 256 * 3
folder, cases = sys.argv[1], json.loads(sys.argv[2])
source = Image.open(f'{folder}/source.png').convert('RGB')
for path, empty, compression, nodata, kind in cases:
    pixels = np.array(source)
    if kind == 'grey':
        pixels = pixels[:, :, 1]
    if kind == 'edge':
        pixels = pixels[:150, :200]
    if nodata is not None:
        stored = pixels.astype(np.uint16) * 257 if kind == 'deep' else pixels
        photometric = 'minisblack' if kind == 'grey' else 'rgb'
        tifffile.imwrite(path, stored, tile=(64, 64), photometric=photometric, compression=compression, metadata=None,
                         extratags=[(42113, 's', 0, nodata, True)])
    else:
        if not os.path.exists(path):
            source.save(path, compression=compression)
        with Image.open(path) as image:
            pixels = np.array(image)
    with tifffile.TiffFile(path, mode='r+') as file:
        page = file.pages[0]
        tags = ('TileOffsets', 'TileByteCounts') if page.is_tiled else ('StripOffsets', 'StripByteCounts')
        for tag in (page.tags[name] for name in tags):
            tag.overwrite([0 if index in empty else value for index, value in enumerate(tag.value)])
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        value = page.nodata // 257 if kind == 'deep' else page.nodata
        for index in empty:
            width, height = (page.tilewidth, page.tilelength) if page.is_tiled else (page.imagewidth, page.rowsperstrip)
            across = -(-page.imagewidth // width)
            left, top = index % across * width, index // across * height
            pixels[top:top + height, left:left + width] = value
    pixels.tofile(path + '.raw')
`;

const CELL = 32;

/** Squares of flat colours. The lowest tiles are cut. */
function picture(): Sharp {
  const [width, height] = [256, 224];
  const raw = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y / CELL) * 8 + Math.floor(x / CELL);
      raw.set(
        [29, 53, 97].map((step) => 40 + ((cell * step) % 180)),
        (y * width + x) * 3,
      );
    }
  return sharp(raw, { raw: { width, height, channels: 3 } });
}

interface Case {
  readonly empty: readonly number[];
  /** As Pillow and tifffile call it. */
  readonly compression?: string;
  /** Of tiles that sharp compresses. */
  readonly tiles?: 'lzw' | 'packbits' | 'jpeg';
  readonly value?: string;
  readonly kind?: 'grey' | 'deep' | 'edge';
}

const cases: Readonly<Record<string, Case>> = {
  tiles: { empty: [1, 6, 15], value: '0' },
  'tiles deflate': { empty: [1, 6, 15], value: '0', compression: 'zlib' },
  'tiles LZW': { empty: [1, 6, 15], tiles: 'lzw' },
  'tiles JPEG': { empty: [1, 6, 15], tiles: 'jpeg' },
  'tiles PackBits': { empty: [1, 6, 15], tiles: 'packbits' },
  strips: { empty: [0, 3, 6] },
  'strips deflate': { empty: [0, 3, 6], compression: 'tiff_adobe_deflate' },
  'strips LZW': { empty: [0, 3, 6], compression: 'tiff_lzw' },
  'strips PackBits': { empty: [0, 3, 6], compression: 'packbits' },
  'strips JPEG': { empty: [0, 3, 6], compression: 'jpeg' },
  'tiles of 255': { empty: [1, 6, 15], value: '255' },
  'tiles of 16 bits': { empty: [2], value: '65535', kind: 'deep' },
  'tiles of an impossible value': { empty: [1], value: '-9999' },
  'grey tiles': { empty: [1, 9], value: '200', kind: 'grey', compression: 'zlib' },
  'tiles at the edge': { empty: [2, 8, 11], value: '9', kind: 'edge' },
};

describe.skipIf(lacksPillow)('a sparse TIFF', () => {
  test('is read as tifffile reads it, with a note', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-sparse-'));
    const pathOf = (name: string) => join(folder, `${name}.tif`);
    try {
      writeFileSync(join(folder, 'source.png'), await picture().png().toBuffer());
      for (const [name, { tiles }] of Object.entries(cases)) {
        const size = { tile: true, tileWidth: 64, tileHeight: 64 };
        if (tiles)
          writeFileSync(
            pathOf(name),
            await picture()
              .tiff({ ...size, compression: tiles, quality: 95 })
              .toBuffer(),
          );
      }
      const requests = Object.entries(cases).map(([name, { empty, compression, value, kind }]) => {
        return [pathOf(name), empty, compression ?? null, value ?? null, kind ?? null];
      });
      execFileSync('python3', ['-B', '-c', SCRIPT, folder, JSON.stringify(requests)]);
      const assets = Object.keys(cases).map((name) => ({
        name: `${name}.tif`,
        bytes: readFileSync(pathOf(name)),
      }));
      const { files, notes } = await runOperation(imageTransform as never, {
        params: { format: 'png' },
        assets,
      });
      for (const [index, [name, { kind }]] of Object.entries(cases).entries()) {
        const expected = readFileSync(`${pathOf(name)}.raw`);
        const result = sharp([...files.values()][index]);
        const raw = await (kind === 'grey' ? result.extractChannel(0) : result).raw().toBuffer();
        expect(raw.length, name).toBe(expected.length);
        const most = raw.reduce(
          (found, sample, at) => Math.max(found, Math.abs(sample - (expected[at] ?? 0))),
          0,
        );
        expect.soft(most, name).toBeLessThanOrEqual(name.endsWith('JPEG') ? 3 : 0);
      }
      expect(notes).toHaveLength(assets.length);
      expect(notes[0]).toEqual({
        code: 'empty_parts',
        message:
          '3 of the 16 tiles of "tiles.tif" have no data (a sparse TIFF); they have the value that the file states, or 0',
        asset: 0,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the note is about the page that is used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-sparse-'));
    try {
      const path = join(folder, 'pages.tif');
      const code = `import sys, numpy as np, tifffile
pixels = np.full((128, 128, 3), 200, np.uint8)
with tifffile.TiffWriter(sys.argv[1]) as file:
    for _ in range(2):
        file.write(pixels, tile=(64, 64), photometric='rgb', metadata=None)
with tifffile.TiffFile(sys.argv[1], mode='r+') as file:
    for name in ('TileOffsets', 'TileByteCounts'):
        tag = file.pages[1].tags[name]
        tag.overwrite([0, *tag.value[1:]])`;
      execFileSync('python3', ['-B', '-c', code, path]);
      const assets = [{ name: 'pages.tif', bytes: readFileSync(path) }];
      const codes = async (page: number) => {
        const { notes } = await runOperation(imageTransform as never, { params: { page }, assets });
        return notes.map(({ code }) => code);
      };
      expect(await codes(0)).toEqual(['pages_left_out']);
      expect(await codes(1)).toEqual(['empty_parts', 'pages_left_out']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
