/** Location of a picture, from the asset's attributes. */
import type { GeoLocation } from '../image-metadata/geo-location.ts';

const latitudes = new Set(['latitude', 'lat']);
const longitudes = new Set(['longitude', 'lon', 'lng']);

/** Reads latitude and longitude in degrees, from numbers or numeric strings. Null unless both are present and in range. */
export function readLocation(attributes: Readonly<Record<string, unknown>>): GeoLocation | null {
  const latitude = degrees(attributes, latitudes, 90);
  const longitude = degrees(attributes, longitudes, 180);
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

function degrees(
  attributes: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
  most: number,
): number | null {
  for (const [name, value] of Object.entries(attributes)) {
    if (!names.has(name.toLowerCase())) continue;
    const text = typeof value === 'string' ? value.trim() : value;
    if (typeof text !== 'number' && (typeof text !== 'string' || !/^[+-]?\d+(\.\d+)?$/.test(text))) continue;
    const number = Number(text);
    if (Number.isFinite(number) && Math.abs(number) <= most) return number;
  }
  return null;
}
