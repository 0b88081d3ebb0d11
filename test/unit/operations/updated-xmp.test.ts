import { describe, expect, test } from 'vitest';
import { listKept, type MetadataChoice } from '../../../operations/lib/picture/metadata-choice.ts';
import { updateXmp } from '../../../operations/lib/picture/updated-xmp.ts';

const namespaces =
  'xmlns:q="http://ns.adobe.com/tiff/1.0/" xmlns:tiff="http://example.com/other/" ' +
  'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" ' +
  'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" xmlns:drone="http://www.dji.com/drone-dji/1.0/" ' +
  'xmlns:camera="http://ns.google.com/photos/1.0/camera/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
  'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"';
const packet = (attributes: string, elements: string): string =>
  '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">' +
  '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  `<r:Description r:about="" ${namespaces}${attributes} xmp:Rating="3">${elements}</r:Description>` +
  '</r:RDF></x:xmpmeta>\n<?xpacket end="w"?>';
const update = (text: string, choice: MetadataChoice = 'keep'): string | null =>
  updateXmp(Buffer.from(text), listKept(choice));

describe('an XMP packet of a changed picture', () => {
  test.each([
    ['an orientation in an attribute', " q:Orientation='6'", '', ' q:Orientation="1"', ''],
    [
      'an orientation in an element',
      '',
      '<a/><q:Orientation> 8</q:Orientation>',
      '',
      '<a/><q:Orientation>1</q:Orientation>',
    ],
    ['the same name of another namespace', ' tiff:Orientation="6"', '', ' tiff:Orientation="6"', ''],
    [
      'face regions',
      '',
      '<a/><mwg-rs:Regions r:parseType="Resource"><mwg-rs:RegionList/></mwg-rs:Regions><b/>',
      '',
      '<a/><b/>',
    ],
    [
      'a removed element in which another of the same name lies',
      '',
      '<a/><xmp:Thumbnails><xmp:Thumbnails>x</xmp:Thumbnails>y</xmp:Thumbnails><b/>',
      '',
      '<a/><b/>',
    ],
    ['an empty element', '', '<a/><xmp:Thumbnails/><b/>', '', '<a/><b/>'],
    ['all of panoramas', ' GPano:X="1" xmp:Label="3"', '<GPano:Y>2</GPano:Y>', ' xmp:Label="3"', ''],
    ['a longer name', ' xmp:ThumbnailsFormat="a"', '', ' xmp:ThumbnailsFormat="a"', ''],
    ['the video of a motion photograph', ' camera:MotionPhoto="1"', '', '', ''],
    ['the media type of the file', '', '<dc:format>image/tiff</dc:format>', '', ''],
    [
      'what only looks like a property',
      '',
      '<a><!-- <xmp:Thumbnails> --></a>',
      '',
      '<a><!-- <xmp:Thumbnails> --></a>',
    ],
    ['special characters', ' xmp:Label="&lt;a&#10;&amp;b>"', '', ' xmp:Label="&lt;a&#10;&amp;b>"', ''],
  ])('%s', (_, attributes, elements, updatedAttributes, updatedElements) => {
    expect(update(packet(attributes, elements))).toBe(packet(updatedAttributes, updatedElements));
  });

  test('loses locations only on request', () => {
    const place = '<Iptc4xmpExt:LocationShown><r:Bag><r:li/></r:Bag></Iptc4xmpExt:LocationShown>';
    const drone = ' drone:GpsLatitude="51.5"';
    expect(update(packet(drone, place))).toBe(packet(drone, place));
    expect(update(packet(drone, place), 'strip-location')).toBe(packet('', ''));
  });

  test('of which nothing is kept is removed', () => {
    expect(update(packet('', ''), ['copyright'])).toBe('');
    expect(update(packet('', ''), ['exif'])).toBe('');
    expect(update('nothing of the kind', ['exif'])).toBe('');
  });

  test.each([
    ['is none', 'nothing of the kind'],
    ['has an element without an end', packet('', '<xmp:Thumbnails>')],
    ['has a prefix without a namespace', packet('', '<unknown:a/>')],
    ['declares entities', `<!DOCTYPE a [<!ENTITY b "c">]>${packet('', '')}`],
    ['is nested deeply', packet('', '<a>'.repeat(101) + '</a>'.repeat(101))],
    [
      'has countless attributes',
      packet(Array.from({ length: 20_000 }, (_, i) => ` xmp:a${i}="1"`).join(''), ''),
    ],
    ['is too large', packet('', 'x'.repeat(1024 * 1024))],
  ])('is not kept if it %s', (_, text) => {
    expect(update(text)).toBeNull();
  });
});
