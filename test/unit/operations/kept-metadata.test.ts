import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readExifTags from 'exif-reader';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { findPngDamage } from '../../../operations/lib/formats/png.ts';
import { pngFile, quarters } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { buildTiff } from '../../support/tiff.ts';
import { transformOne } from '../../support/transform-one.ts';

const formats = ['jpeg', 'png', 'webp', 'avif'] as const;

/** An EXIF block of two directories: the second one describes the thumbnail. */
const exif = buildTiff([
  {
    tags: { 256: [400], 257: [300], 271: 'Acme' },
    exif: {
      tags: { 36867: '2026:09:11 12:30:45', 37396: [10, 10], 37500: Buffer.from('MAKER-NOTE '.repeat(20)) },
    },
  },
  { tags: { 259: [6] }, data: { bytes: Buffer.from('OLD-THUMBNAIL '.repeat(50)), at: 513, length: 514 } },
]);

const packet = (inside: string): string =>
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:t="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" ' +
  'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
  `xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ${inside}</rdf:Description></rdf:RDF></x:xmpmeta>`;

const xmp = packet(
  't:Orientation="6" exif:PixelXDimension="400" exif:GPSLatitude="51,30N" exif:GPSLongitude="0,7.5W" photoshop:City="London">' +
    '<xmp:Thumbnails><rdf:Alt><rdf:li>OLDXMPPREVIEW</rdf:li></rdf:Alt></xmp:Thumbnails>' +
    '<t:ImageLength>300</t:ImageLength><photoshop:Country>UK</photoshop:Country><dc:title>Ada</dc:title>',
);

function resource(id: number, data: Buffer): Buffer {
  const head = Buffer.from('8BIM\0\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt16BE(id, 4);
  head.writeUInt32BE(data.length, 8);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** IPTC caption "Hello", and a thumbnail of Photoshop in front of it. */
const photoshop = Buffer.concat([
  resource(1036, Buffer.from('OLD-PHOTOSHOP-THUMBNAIL')),
  resource(1028, Buffer.from('\x1c\x02\x78\0\x05Hello', 'latin1')),
]);

function segment(marker: number, prefix: string, content: Buffer | string): Buffer {
  const body = Buffer.concat([Buffer.from(prefix, 'latin1'), Buffer.from(content)]);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

async function photograph({ description = xmp } = {}): Promise<Buffer> {
  const jpeg = await quarters().jpeg().toBuffer();
  return Buffer.concat([
    jpeg.subarray(0, 2),
    segment(0xe1, 'Exif\0\0', exif),
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', description),
    segment(0xed, 'Photoshop 3.0\0', photoshop),
    jpeg.subarray(2),
  ]);
}

describe('metadata that is kept', () => {
  test.each(formats)('describes the result (%s)', async (format) => {
    const { bytes, metadata } = await transformOne(
      { metadata: 'keep', format, width: 8 },
      await photograph(),
    );
    const text = bytes.toString('latin1') + metadata.xmpAsString;
    expect(text).not.toMatch(/OLD-THUMBNAIL|MAKER-NOTE|OLDXMPPREVIEW|OLD-PHOTOSHOP/);
    const tags = readExifTags(metadata.exif ?? Buffer.alloc(0));
    expect(tags.Thumbnail).toBeUndefined();
    expect(tags.Image).toMatchObject({ Make: 'Acme', Orientation: 1 });
    expect(tags.Image).not.toHaveProperty('ImageWidth');
    expect(tags.Photo).toMatchObject({ PixelXDimension: metadata.width, PixelYDimension: metadata.height });
    expect(tags.Photo).not.toHaveProperty('MakerNote');
    expect(tags.Photo).not.toHaveProperty('SubjectArea');
    expect(metadata.xmpAsString).toContain('t:Orientation="1"');
    expect(metadata.xmpAsString).not.toMatch(/PixelXDimension|ImageLength|Thumbnails/);
    expect(metadata.xmpAsString).toMatch(/GPSLatitude="51,30N".*City="London".*<dc:title>Ada<\/dc:title>/);
  });

  test('includes IPTC in JPEG', async () => {
    const { metadata } = await transformOne({ metadata: 'keep' }, await photograph());
    expect(metadata.iptc?.toString('latin1')).toContain('Hello');
  });

  test('leaves a PNG file whose checksums match', async () => {
    const { bytes } = await transformOne({ metadata: 'keep', format: 'png' }, await photograph());
    const directory = await mkdtemp(join(tmpdir(), 'kept-metadata-'));
    try {
      await writeFile(join(directory, 'a.png'), bytes);
      expect(await findPngDamage(join(directory, 'a.png'))).toBeNull();
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('omits XMP that is too large, with a note', async () => {
    const assets = [{ name: 'a.png', bytes: await large() }];
    for (const format of ['jpeg', 'png']) {
      const kept = await runOperation(imageTransform, { params: { metadata: 'keep', format }, assets });
      expect(kept.notes).toEqual([expect.objectContaining({ code: 'xmp_dropped', asset: 0 })]);
      const [[, bytes] = []] = kept.files;
      expect((await sharp(bytes).metadata()).xmpAsString ?? '').not.toContain('Ada');
    }
  });
});

test('an extended part of XMP that is missing in the file is noted', async () => {
  const main = packet(
    'xmlns:note="http://ns.adobe.com/xmp/note/" note:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF">',
  );
  const bytes = await photograph({
    description: main.replace('</rdf:Description>', '<dc:title>Ada</dc:title></rdf:Description>'),
  });
  const codes = async (metadata: unknown) => {
    const { notes } = await runOperation(imageTransform, {
      params: { metadata, format: 'jpeg' },
      assets: [{ name: 'a.jpg', bytes }],
    });
    return notes.map(({ code, message }) => `${code}: ${message}`);
  };
  expect(await codes('keep')).toEqual([
    'xmp_dropped: The result of "a.jpg" lacks the extended part of its XMP data, which is incomplete or too large',
  ]);
  expect(await codes('strip')).toEqual([]);
  expect(await codes(['profile', 'iptc'])).toEqual([]);
});

test('EXIF data that is too large for a result is left out in part, with a note', async () => {
  const large = buildTiff([{ tags: { 270: 'x'.repeat(60_000), 271: 'Acme', 315: 'y'.repeat(5000) } }]);
  const { files, notes } = await runOperation(imageTransform, {
    params: { metadata: 'keep', format: 'jpeg' },
    assets: [{ name: 'a.png', bytes: await withChunk('eXIf', large) }],
  });
  expect(notes).toEqual([expect.objectContaining({ code: 'exif_dropped', asset: 0 })]);
  const [result] = files.values();
  const { Image } = readExifTags((await sharp(result).metadata()).exif ?? Buffer.alloc(0));
  expect(Image).toMatchObject({ Make: 'Acme', Artist: 'y'.repeat(5000) });
});

/** A PNG file with a further chunk in front of its pixels. */
const withChunk = async (type: string, content: Buffer): Promise<Buffer> =>
  pngFile({ width: 8, height: 8, bits: 8, type: 0 }, Buffer.alloc(9 * 8), [[type, content]]);

const large = (): Promise<Buffer> =>
  quarters()
    .withXmp(packet(`><dc:title>Ada ${'x'.repeat(1_050_000)}</dc:title>`))
    .png()
    .toBuffer();

test.each(formats)('strip-location removes only locations (%s)', async (format) => {
  const GPS = {
    GPSLatitude: '51/1 30/1 36/1',
    GPSLatitudeRef: 'N',
    GPSLongitude: '0/1 7/1 30/1',
    GPSLongitudeRef: 'W',
  };
  const source = await sharp(await photograph())
    .keepMetadata()
    .withExifMerge({ IFD3: GPS })
    .jpeg()
    .toBuffer();
  for (const metadata of ['keep', 'strip-location']) {
    const result = await transformOne({ metadata, format }, source);
    const tags = readExifTags(result.metadata.exif ?? Buffer.alloc(0));
    expect(tags.Image).toMatchObject({ Make: 'Acme' });
    expect(tags.GPSInfo !== undefined).toBe(metadata === 'keep');
    const places = /GPSL|London|UK/;
    if (metadata === 'keep') expect(result.metadata.xmpAsString).toMatch(places);
    else expect(result.metadata.xmpAsString).not.toMatch(places);
    expect(result.metadata.xmpAsString).toContain('Ada');
    expect(result.metadata.iptc !== undefined).toBe(format === 'jpeg');
  }
});

test('a gallery keeps metadata in the same way, with the same notes', async () => {
  const gallery = async (metadata: string, bytes: Buffer, format = 'jpeg') => {
    const params = { metadata, format };
    const { files, notes } = await runOperation(imageGallery as never, {
      params,
      assets: [{ name: 'a.jpg', bytes }],
    });
    const [, picture] = [...files].find(([path]) => path.startsWith('images/')) ?? [];
    return { metadata: await sharp(picture).metadata(), codes: notes.map(({ code }) => code) };
  };
  const located = await gallery('keep', await photograph());
  expect(located.metadata.xmpAsString).toMatch(/London.*Ada/);
  expect(located.codes).toEqual([]);
  const stripped = await gallery('strip-location', await photograph());
  expect(stripped.metadata.xmpAsString).toContain('Ada');
  expect(stripped.metadata.xmpAsString).not.toMatch(/GPSL|London/);
  expect((await gallery('keep', await photograph(), 'webp')).codes).toEqual(['iptc_dropped']);
  expect((await gallery('keep', await large())).codes).toEqual(['xmp_dropped']);
  expect((await gallery('strip', await large())).codes).toEqual([]);
});
