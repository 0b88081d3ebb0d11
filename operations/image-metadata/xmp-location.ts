/** The location in an XMP packet (XMP specification, part 2: namespace exif). */
import { type GeoLocation, toLocation } from './geo-location.ts';

/** Bytes. Longer packets hold pictures. */
const MAX_XMP = 1024 * 1024;

const namespace = /xmlns:([\w-]{1,40})\s*=\s*["']http:\/\/ns\.adobe\.com\/exif\/1\.0\/["']/;

/** @param xmp - The packet in UTF-8. */
export function readXmpLocation(xmp: Buffer | undefined): GeoLocation | undefined {
  const packet = xmp?.toString('utf8', 0, MAX_XMP) ?? '';
  const prefix = namespace.exec(packet)?.[1];
  if (prefix === undefined) return undefined;
  /** A simple property is an attribute or an element. */
  const property = (name: string): string => {
    const found = new RegExp(`${prefix}:${name}(?:\\s*=\\s*["']|\\s*>)([^"'<]{1,100})["'<]`).exec(packet);
    return found?.[1]?.trim() ?? '';
  };
  if (property('GPSStatus') === 'V') return undefined;
  const [above, below = '1'] = property('GPSAltitude').split('/');
  const sign = property('GPSAltitudeRef') === '1' ? -1 : 1;
  return toLocation(
    parseCoordinate(property('GPSLatitude'), 'NS'),
    parseCoordinate(property('GPSLongitude'), 'EW'),
    above ? (sign * Number(above)) / Number(below) : undefined,
  );
}

/** `51,30.6N` or `51,30,36N`. NaN for anything else. */
function parseCoordinate(text: string, [positive, negative]: string): number {
  const parts = /^(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])$/.exec(text);
  const [, degrees, minutes, seconds = 0, hemisphere] = parts ?? [];
  if (hemisphere !== positive && hemisphere !== negative) return Number.NaN;
  const value = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600;
  return hemisphere === negative ? -value : value;
}
