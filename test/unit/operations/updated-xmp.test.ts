import { describe, expect, test } from 'vitest';
import { updateXmp } from '../../../operations/lib/picture/updated-xmp.ts';

const namespaces =
  "xmlns:q='http://ns.adobe.com/tiff/1.0/' xmlns:tiff='http://example.com/other/' " +
  "xmlns:mwg-rs='http://www.metadataworkinggroup.com/schemas/regions/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' " +
  "xmlns:GPano='http://ns.google.com/photos/1.0/panorama/' " +
  "xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'";
const packet = (attributes: string, elements: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description ${namespaces}${attributes}>${elements}</rdf:Description></rdf:RDF></x:xmpmeta>`;
const update = (text: string, location = true, format = 'jpeg'): string | null =>
  updateXmp(Buffer.from(text), { format, location });

describe('an XMP packet of a changed picture', () => {
  test.each([
    ['an orientation in an attribute', " q:Orientation='6'", '', " q:Orientation='1'", ''],
    [
      'an orientation in an element',
      '',
      '<q:Orientation> 8</q:Orientation>',
      '',
      '<q:Orientation> 1</q:Orientation>',
    ],
    ['the same name of another namespace', ' tiff:Orientation="6"', '', ' tiff:Orientation="6"', ''],
    [
      'face regions',
      '',
      '<a/><mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList/></mwg-rs:Regions><b/>',
      '',
      '<a/><b/>',
    ],
    ['an empty element', '', '<a/><xmp:Thumbnails/><b/>', '', '<a/><b/>'],
    ['all of panoramas', ' GPano:X="1" xmp:Rating="3"', '<GPano:Y>2</GPano:Y>', ' xmp:Rating="3"', ''],
    ['a longer name', ' xmp:ThumbnailsFormat="a"', '', ' xmp:ThumbnailsFormat="a"', ''],
  ])('%s', (_, attributes, elements, updatedAttributes, updatedElements) => {
    expect(update(packet(attributes, elements))).toBe(packet(updatedAttributes, updatedElements));
  });

  test('loses locations only on request', () => {
    const place = '<Iptc4xmpExt:LocationShown><rdf:Bag><rdf:li/></rdf:Bag></Iptc4xmpExt:LocationShown>';
    expect(update(packet('', place))).toBe(packet('', place));
    expect(update(packet('', place), false)).toBe(packet('', ''));
  });

  test.each([
    ['is none', 'nothing of the kind'],
    ['has an element without an end', packet('', '<xmp:Thumbnails>')],
    [
      'has the same namespace again and again',
      packet(Array.from({ length: 9 }, (_, i) => ` xmlns:p${i}='http://ns.adobe.com/xap/1.0/'`).join(''), ''),
    ],
    ['is too large', packet('', 'x'.repeat(1024 * 1024))],
  ])('is not kept if it %s', (_, text) => {
    expect(update(text)).toBeNull();
    expect(update(text, true, 'png')).toBeNull();
  });

  test('of more than 65,502 bytes does not fit into JPEG', () => {
    const size = 65_502 - packet('', '').length;
    expect(update(packet('', 'x'.repeat(size)))).not.toBeNull();
    expect(update(packet('', 'x'.repeat(size + 1)))).toBeNull();
    expect(update(packet('', 'x'.repeat(size + 1)), true, 'webp')).not.toBeNull();
  });
});
