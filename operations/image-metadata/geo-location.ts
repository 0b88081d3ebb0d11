/** Location of a picture. */

export interface GeoLocation {
  /** Degrees, negative in the south. */
  readonly latitude: number;
  /** Degrees, negative in the west. */
  readonly longitude: number;
  /** Metres, negative below the sea. */
  readonly altitude?: number;
}

/**
 * Rounds to a centimetre.
 *
 * @returns undefined for coordinates out of range, and for exactly 0, 0: cameras without a fix write that.
 */
export function toLocation(
  latitude: number,
  longitude: number,
  altitude: number | undefined,
): GeoLocation | undefined {
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined;
  if (latitude === 0 && longitude === 0) return undefined;
  const place = { latitude: rounded(latitude, 7), longitude: rounded(longitude, 7) };
  return altitude === undefined || !Number.isFinite(altitude)
    ? place
    : { ...place, altitude: rounded(altitude, 2) };
}

/** JSON writes -0 as 0, so -0 becomes 0 here as well. */
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;
