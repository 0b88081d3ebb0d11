import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageMetadata } from '../../../operations/image-metadata/index.ts';
import { plain } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';
import { buildTiff, tiffPage } from '../../support/tiff.ts';

async function readExifOf(bytes: Buffer): Promise<unknown> {
  const assets = [{ name: 'x', bytes }];
  const { data } = await runOperation(imageMetadata, { params: { include: ['exif'] }, assets });
  return (data as { assets: { exif: unknown }[] }).assets[0]?.exif;
}

const picture = (properties: string, more = ''): Sharp =>
  plain(8, 8).withXmp(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
      `<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" ${properties}>${more}</rdf:Description>` +
      '</rdf:RDF></x:xmpmeta>',
  );

describe('EXIF of TIFF', () => {
  test('is read from the directories of the file', async () => {
    const page = tiffPage(4, 4, Buffer.alloc(16), { 271: 'Acme', 272: 'One' });
    const exif = { tags: { 36867: '2026:09:11 12:30:45', 36881: 'Z', 42036: 'Acme 50mm' } };
    expect(await readExifOf(buildTiff([{ ...page, exif }]))).toEqual({
      make: 'Acme',
      model: 'One',
      lens: 'Acme 50mm',
      taken_at: '2026-09-11T12:30:45Z',
    });
  });

  test('is null without camera data', async () => {
    expect(await readExifOf(buildTiff([tiffPage(4, 4, Buffer.alloc(16))]))).toBeNull();
  });
});

describe('the location of an XMP packet', () => {
  const place = 'exif:GPSLatitude="51,30.6N" exif:GPSLongitude="0,7,30W"';
  const expected = { latitude: 51.51, longitude: -0.125 };

  test.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)('is read from %s', async (format) => {
    expect(await readExifOf(await picture(place).toFormat(format).toBuffer())).toEqual({
      location: expected,
    });
  });

  test('is read from XML elements, with the altitude', async () => {
    const elements =
      '<exif:GPSLatitude>51,30.6N</exif:GPSLatitude><exif:GPSLongitude>0,7.5W</exif:GPSLongitude>' +
      '<exif:GPSAltitudeRef>1</exif:GPSAltitudeRef><exif:GPSAltitude>355/10</exif:GPSAltitude>';
    expect(await readExifOf(await picture('', elements).jpeg().toBuffer())).toEqual({
      location: { ...expected, altitude: -35.5 },
    });
  });

  test.each([
    ['of 0, 0', 'exif:GPSLatitude="0,0.0N" exif:GPSLongitude="0,0.0E"'],
    ['without a fix', `${place} exif:GPSStatus="V"`],
    ['out of range', 'exif:GPSLatitude="91,0.0N" exif:GPSLongitude="0,7.5E"'],
    ['without a hemisphere', 'exif:GPSLatitude="51,30.6" exif:GPSLongitude="0,7.5"'],
    ['with a latitude alone', 'exif:GPSLatitude="51,30.6N"'],
  ])('%s is no location', async (_, properties) => {
    expect(await readExifOf(await picture(properties).jpeg().toBuffer())).toBeNull();
  });

  test('is ignored if EXIF has one', async () => {
    const IFD3 = {
      GPSLatitude: '48/1 0/1 0/1',
      GPSLatitudeRef: 'N',
      GPSLongitude: '2/1 0/1 0/1',
      GPSLongitudeRef: 'E',
    };
    expect(await readExifOf(await picture(place).withExif({ IFD3 }).jpeg().toBuffer())).toEqual({
      location: { latitude: 48, longitude: 2 },
    });
  });
});
