/** TIFF files that leave out tiles or strips of one value, as GDAL and slide scanners write them. tifffile reads them, too. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { lacksPillow } from '../../support/colour-reference.ts';
import { runOperation } from '../../support/run-operation.ts';

/** Writes each file, and what tifffile reads of it as raw samples of 8 bits. */
const SCRIPT = `
import sys
import numpy as np
import tifffile

folder = sys.argv[1]
rng = np.random.default_rng(1)
smooth = np.kron(rng.integers(40, 220, (8, 8, 3), np.uint8), np.ones((32, 32, 1), np.uint8))

def write(name, data, empty, nodata=None, **options):
    path = f'{folder}/{name}.tif'
    extra = [] if nodata is None else [(42113, 's', 0, nodata, True)]
    tifffile.imwrite(path, data, extratags=extra, metadata=None, **options)
    with tifffile.TiffFile(path, mode='r+') as file:
        page = file.pages[0]
        for names in (('TileOffsets', 'TileByteCounts'), ('StripOffsets', 'StripByteCounts')):
            for tag in (page.tags.get(name) for name in names):
                if tag is not None:
                    tag.overwrite([0 if index in empty else value for index, value in enumerate(tag.value)])
    read = tifffile.imread(path)
    if read.dtype == np.uint16:
        read = (read / 257).round().astype(np.uint8)
    np.ascontiguousarray(read).tofile(f'{folder}/{name}.raw')

tiles = dict(tile=(64, 64), photometric='rgb')
strips = dict(rowsperstrip=32, photometric='rgb')
for compression in (None, 'zlib', 'lzw', 'packbits', 'jpeg'):
    name = compression or 'none'
    options = dict(compressionargs={'level': 95}) if name == 'jpeg' else {}
    write(f'tiles-{name}', smooth, [1, 6, 15], **tiles, compression=compression, **options)
    write(f'strips-{name}', smooth, [0, 5, 7], **strips, compression=compression, **options)
write('tiles-nodata', smooth, [1, 6], nodata='255', **tiles)
write('strips-nodata', smooth, [0, 3], nodata='7', **strips, compression='zlib')
write('tiles-nodata-16', smooth.astype(np.uint16) * 257, [2], nodata='65535', **tiles)
write('tiles-nodata-impossible', smooth, [1], nodata='-9999', **tiles)
write('tiles-grey', smooth[:, :, 0], [1, 9], nodata='200', tile=(64, 64), photometric='minisblack')
write('tiles-edge', smooth[:200, :150], [2, 8, 11], nodata='9', **tiles)
`;

describe.skipIf(lacksPillow)('a sparse TIFF', () => {
  test('is read as tifffile reads it, with a note', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-sparse-'));
    try {
      execFileSync('python3', ['-B', '-c', SCRIPT, folder]);
      const names = readdirSync(folder).filter((name) => name.endsWith('.tif')).sort();
      expect(names).toHaveLength(16);
      const { files, notes } = await runOperation(imageTransform as never, {
        params: { format: 'png' },
        assets: names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
      });
      for (const name of names) {
        const expected = readFileSync(join(folder, name.replace('.tif', '.raw')));
        const picture = sharp(files.get(name.replace('.tif', '.png')));
        const { channels } = await picture.metadata();
        const grey = expected.length % 3 !== 0 || name === 'tiles-grey.tif';
        const raw = await (grey && channels !== 1 ? picture.extractChannel(0) : picture).raw().toBuffer();
        expect(raw.length, name).toBe(expected.length);
        const most = raw.reduce((found, sample, at) => Math.max(found, Math.abs(sample - (expected[at] ?? 999))), 0);
        expect(most, name).toBeLessThanOrEqual(name.includes('jpeg') ? 3 : 0);
      }
      expect(notes).toHaveLength(names.length);
      expect(notes[0]).toEqual({
        code: 'empty_parts',
        message:
          '3 of the 8 strips of "strips-jpeg.tif" have no data (a sparse TIFF); they have the value that the file states, or 0',
        asset: 0,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
