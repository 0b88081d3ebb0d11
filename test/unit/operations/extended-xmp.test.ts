/** XMP data that does not fit into one segment of JPEG. ExifTool writes and reads it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { plain } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';

const lacksExifTool = spawnSync('exiftool', ['-ver']).error !== undefined;

const words = (count: number, word: string): string =>
  Array.from({ length: count }, (_, i) => word + i).join(' ');

/** Together they take three segments. */
const tags = {
  'XMP-dc:Title': 'Dog',
  'XMP-dc:Description': words(12_000, 'seen'),
  'XMP-xmpRights:UsageTerms': words(9000, 'term'),
  'XMP-photoshop:City': 'London',
} as const;

function exiftool(file: Buffer, name: string, args: readonly string[]): { bytes: Buffer; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-xmp-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, file);
    const output = execFileSync('exiftool', [...args, path], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    return { bytes: readFileSync(path), output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const write = (file: Buffer, name: string, assigned: Readonly<Record<string, string>>): Buffer => {
  const changes = Object.entries(assigned).map(([tag, value]) => `-${tag}=${value}`);
  return exiftool(file, name, ['-q', '-overwrite_original', ...changes]).bytes;
};

const read = (file: Buffer, name: string): Record<string, unknown> =>
  JSON.parse(exiftool(file, name, ['-j', '-G1', '-a', '-XMP:all', '-warning']).output)[0];

async function run(operation: unknown, name: string, bytes: Buffer, params: Record<string, unknown>) {
  const assets = [{ name, bytes }];
  const { files, notes } = await runOperation(operation as Operation, { params, assets });
  const [[path = '', result = Buffer.alloc(0)] = []] = [...files].filter(
    ([file]) => !/^thumbs|html|json/.test(file),
  );
  return { notes, found: read(result, path.split('/').at(-1) ?? '') };
}

describe.skipIf(lacksExifTool)('XMP data with an extended part', async () => {
  const jpeg = write(await plain(80, 40).jpeg().toBuffer(), 'a.jpg', tags);

  test('is split by ExifTool', () => {
    expect(jpeg.toString('latin1').split('http://ns.adobe.com/xmp/extension/\0').length - 1).toBeGreaterThan(
      1,
    );
    expect(read(jpeg, 'a.jpg')).toMatchObject(tags);
  });

  test.each(['jpeg', 'png', 'webp', 'avif'])('is kept whole in %s', async (format) => {
    const { found, notes } = await run(imageTransform, 'a.jpg', jpeg, { metadata: 'keep', format, width: 8 });
    expect(found).toMatchObject(tags);
    expect(found).not.toHaveProperty('ExifTool:Warning');
    expect(notes).toEqual([]);
  });

  test('loses what is not kept', async () => {
    const { found } = await run(imageTransform, 'a.jpg', jpeg, { metadata: 'strip-location' });
    expect(found).toMatchObject({ 'XMP-dc:Title': 'Dog', 'XMP-dc:Description': tags['XMP-dc:Description'] });
    expect(found).not.toHaveProperty(['XMP-photoshop:City']);
    const rights = await run(imageTransform, 'a.jpg', jpeg, { metadata: ['copyright'] });
    expect(rights.found).toMatchObject({ 'XMP-xmpRights:UsageTerms': tags['XMP-xmpRights:UsageTerms'] });
    expect(rights.found).not.toHaveProperty(['XMP-dc:Description']);
  });

  test('is kept in galleries', async () => {
    const { found, notes } = await run(imageGallery, 'a.jpg', jpeg, { metadata: 'keep' });
    expect(found).toMatchObject(tags);
    expect(notes).toEqual([]);
  });

  test('is noted if one of its segments is missing', async () => {
    const at = jpeg.lastIndexOf('http://ns.adobe.com/xmp/extension/', undefined, 'latin1') - 4;
    const cut = Buffer.concat([jpeg.subarray(0, at), jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2))]);
    const { notes } = await run(imageTransform, 'a.jpg', cut, { metadata: 'keep', format: 'png' });
    expect(notes).toMatchObject([{ code: 'xmp_dropped', message: expect.stringContaining('extended part') }]);
  });

  test('is written for large data of another format', async () => {
    const png = write(await plain(80, 40).png().toBuffer(), 'a.png', tags);
    const { found, notes } = await run(imageTransform, 'a.png', png, { metadata: 'keep', format: 'jpeg' });
    expect(found).toMatchObject({
      ...tags,
      'XMP-xmpNote:HasExtendedXMP': expect.stringMatching(/^[0-9A-F]{32}$/),
    });
    expect(found).not.toHaveProperty('ExifTool:Warning');
    expect(notes).toEqual([]);
  });
});
