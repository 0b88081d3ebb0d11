/** EXIF and XMP data behind the pixels of a PNG file, which Pillow and ExifTool read. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { decode, quarters, quartersOf } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ada</dc:creator></r:Description></r:RDF></x:xmpmeta>';

/** Moves the chunks of a type behind the pixels. */
function moveChunks(png: Buffer, types: RegExp): Buffer {
  const chunks: { type: string; bytes: Buffer }[] = [];
  for (let at = 8; at < png.length; ) {
    const end = at + 12 + png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), bytes: png.subarray(at, end) });
    at = end;
  }
  const late = chunks.filter(({ type }) => types.test(type));
  const others = chunks.filter((chunk) => !late.includes(chunk));
  const end = others.pop();
  return Buffer.concat([
    png.subarray(0, 8),
    ...[...others, ...late, ...(end ? [end] : [])].map(({ bytes }) => bytes),
  ]);
}

const early = await quarters()
  .withExif({ IFD0: { Make: 'Acme' } })
  .withMetadata({ orientation: 6 })
  .withXmp(XMP)
  .png({ compressionLevel: 0 })
  .toBuffer();
const late = moveChunks(early, /^(eXIf|iTXt)$/);

const run = (operation: unknown, bytes: Buffer, params = {}) =>
  runOperation(operation as Operation, { params, assets: [{ name: 'a.png', bytes }] });

/** Make and orientation, as Pillow reads them. */
function readByPillow(png: Buffer): unknown {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-late-'));
  try {
    const path = join(directory, 'a.png');
    writeFileSync(path, png);
    const code =
      'import json, sys; from PIL import Image; image = Image.open(sys.argv[1]); image.load();' +
      'exif = image.getexif(); print(json.dumps([exif.get(271), exif.get(274), "Ada" in str(image.info)]))';
    return JSON.parse(execFileSync('python3', ['-B', '-c', code, path]).toString());
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('the orientation counts, as in Pillow', async () => {
  expect(late.indexOf('eXIf')).toBeGreaterThan(late.indexOf('IDAT'));
  expect(readByPillow(late)).toEqual(['Acme', 6, true]);
  const { files } = await run(imageTransform, late, { format: 'png' });
  const [result = Buffer.alloc(0)] = files.values();
  expect(await decode(result)).toMatchObject({ width: 40, height: 80 });
  expect(await quartersOf(result)).toEqual(['blue', 'red', 'white', 'green']);
});

test('the metadata is kept, and reported', async () => {
  const { files } = await run(imageTransform, late, { format: 'png', metadata: 'keep' });
  expect(readByPillow([...files.values()][0] ?? Buffer.alloc(0))).toEqual(['Acme', 1, true]);
  const { data } = await run(imageMetadata, late, { include: ['exif'] });
  expect(data).toMatchObject({
    assets: [
      {
        media_type: 'image/png',
        width: 40,
        height: 80,
        orientation: 6,
        size: late.length,
        exif: { make: 'Acme' },
      },
    ],
  });
});

test('is not read from a file that is damaged', async () => {
  const damaged = Buffer.from(late);
  const at = damaged.indexOf('IDAT') + 1000;
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  await expect(run(imageTransform, damaged)).rejects.toMatchObject({
    code: 'asset_corrupt',
    message: 'Asset 0 ("a.png") is damaged: the checksum of its chunk IDAT does not match',
  });
  await expect(run(imageTransform, late.subarray(0, late.length / 2))).rejects.toMatchObject({
    details: { damage: 'truncated' },
  });
});
