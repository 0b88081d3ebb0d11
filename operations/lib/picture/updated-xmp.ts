/** Updates an XMP packet for a picture that was turned, cropped or resized. */

/** Bytes that a segment of JPEG holds (XMP specification, part 3). */
const MAX_JPEG_XMP = 65_502;
/** Bytes. */
const MAX_XMP = 1024 * 1024;
/** Prefixes of one namespace. More of them would take long to search for. */
const MAX_PREFIXES = 8;

/** Properties by namespace; an empty list means all. */
type Properties = Readonly<Record<string, readonly string[]>>;

/** Sizes, thumbnails, and positions in the original picture. */
const OUTDATED: Properties = {
  'http://ns.adobe.com/tiff/1.0/': ['ImageWidth', 'ImageLength'],
  'http://ns.adobe.com/exif/1.0/': [
    'PixelXDimension',
    'PixelYDimension',
    'SubjectArea',
    'SubjectLocation',
    'MakerNote',
  ],
  'http://ns.adobe.com/xap/1.0/': ['Thumbnails'],
  'http://ns.adobe.com/xmp/note/': ['HasExtendedXMP'],
  'http://ns.adobe.com/hdr-gain-map/1.0/': [],
  'http://ns.google.com/photos/1.0/panorama/': [],
  'http://ns.google.com/photos/1.0/container/': [],
  'http://www.metadataworkinggroup.com/schemas/regions/': ['Regions'],
};

const LOCATION: Properties = {
  'http://ns.adobe.com/exif/1.0/': ['GPS[A-Za-z]*'],
  'http://ns.adobe.com/photoshop/1.0/': ['City', 'State', 'Country'],
  'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/': ['Location', 'CountryCode'],
  'http://iptc.org/std/Iptc4xmpExt/2008-02-29/': ['LocationCreated', 'LocationShown'],
};

/**
 * Sets the orientation to 1, and removes what describes the original picture.
 *
 * @param location - Whether locations are kept.
 * @returns null for a packet that cannot be kept in a file of the format.
 */
export function updateXmp(
  xmp: Buffer,
  { format, location }: { format: string; location: boolean },
): string | null {
  if (xmp.length > MAX_XMP) return null;
  let packet = xmp.toString('utf8');
  if (!packet.includes('<rdf:RDF') || packet.includes('\0')) return null;
  const removed = [...Object.entries(OUTDATED), ...(location ? [] : Object.entries(LOCATION))];
  for (const [uri, names] of removed) {
    const rest = removeProperties(packet, uri, names);
    if (rest === null) return null;
    packet = rest;
  }
  for (const prefix of findPrefixes(packet, 'http://ns.adobe.com/tiff/1.0/')) {
    const orientation = new RegExp(`(?<=${prefix}:Orientation(?:\\s*=\\s*["']|\\s*>)\\s*)\\d{1,3}`, 'g');
    packet = packet.replace(orientation, '1');
  }
  return format === 'jpeg' && Buffer.byteLength(packet) > MAX_JPEG_XMP ? null : packet;
}

function findPrefixes(packet: string, uri: string): string[] {
  const namespaces = packet.matchAll(/xmlns:([\w-]{1,40})\s*=\s*["']([^"']{1,200})["']/g);
  return [...new Set([...namespaces].flatMap(([, prefix = '', found]) => (found === uri ? [prefix] : [])))];
}

/** Returns null if an element does not end, or if the packet has too many prefixes. */
function removeProperties(packet: string, uri: string, names: readonly string[]): string | null {
  const prefixes = findPrefixes(packet, uri);
  if (prefixes.length > MAX_PREFIXES) return null;
  let rest = packet;
  for (const prefix of prefixes) {
    const name = `${prefix}:(?:${names.length > 0 ? names.join('|') : '[\\w-]{1,80}'})`;
    rest = rest.replace(new RegExp(`\\s${name}\\s*=\\s*(?:"[^"]*"|'[^']*')`, 'g'), '');
    const removed = removeElements(rest, new RegExp(`<(${name})(?=[\\s/>])`, 'g'));
    if (removed === null) return null;
    rest = removed;
  }
  return rest;
}

function removeElements(packet: string, opening: RegExp): string | null {
  const kept: string[] = [];
  let copied = 0;
  for (let match = opening.exec(packet); match; match = opening.exec(packet)) {
    kept.push(packet.slice(copied, match.index));
    const tagEnd = packet.indexOf('>', match.index);
    if (tagEnd < 0) return null;
    const closing = `</${match[1]}>`;
    const end = packet[tagEnd - 1] === '/' ? tagEnd : packet.indexOf(closing, tagEnd);
    if (end < 0) return null;
    copied = end === tagEnd ? tagEnd + 1 : end + closing.length;
    opening.lastIndex = copied;
  }
  return kept.join('') + packet.slice(copied);
}
