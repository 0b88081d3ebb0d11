/** Reads how large the pixels of a slide are, from what scanners and microscopes write into files. */
import { countPixels, listDirectories, type Place } from '../lib/formats/tiff.ts';
import { type TiffDirectory, TiffFile } from '../lib/formats/tiff-file.ts';

/** Micrometres per pixel that a microscope can have. Others are defaults, such as 72 pixels per inch. */
const SMALLEST = 0.02;
const LARGEST = 20;

const MICRONS_PER_INCH = 25_400;

/** Bytes of a description in which the scale is: OME-XML may have megabytes. */
const DESCRIPTION_BYTES = 65_536;

/** Micrometres by the units of OME-XML. */
const units: Readonly<Record<string, number>> = { nm: 0.001, µm: 1, um: 1, mm: 1000, cm: 10_000 };

/** Scales in descriptions: a pattern whose first group is a number, and its unit in micrometres. */
const patterns: readonly (readonly [RegExp, (match: RegExpExecArray) => number])[] = [
  // Aperio
  [/\bMPP\s*=\s*([\d.]+)/, () => 1],
  // OME-XML
  [
    /\bPhysicalSizeX="([\d.eE+-]+)"(?:[^>]*?\bPhysicalSizeXUnit="([^"]+)")?/,
    ([, , unit = 'µm']) => units[unit] ?? 0,
  ],
  // Ventana
  [/\bScanRes="([\d.]+)"/, () => 1],
  // Philips
  [/DICOM_PIXEL_SPACING"[^>]*>\s*(?:"|&quot;)([\d.eE+-]+)/, () => 1000],
];

/** @returns Null for a value that no microscope has. */
const plausible = (microns: number): number | null =>
  microns >= SMALLEST && microns <= LARGEST ? Number(microns.toPrecision(6)) : null;

/** Returns the scale that a description states, in micrometres per pixel. */
export function parseScale(description: string): number | null {
  // Latin-1 of UTF-8
  const text = description.replaceAll('Âµ', 'µ').replaceAll('Î¼', 'µ').replaceAll('&#181;', 'µ');
  for (const [pattern, unitOf] of patterns) {
    const match = pattern.exec(text);
    const scale = match && plausible(Number(match[1]) * unitOf(match));
    if (scale) return scale;
  }
  return null;
}

/** @param density - Pixels per inch. */
export const scaleOfDensity = (density: number | undefined): number | null =>
  density ? plausible(MICRONS_PER_INCH / density) : null;

export interface SlideDetails {
  /** Whether parts of the file can be read. */
  readonly tiled: boolean;
  /** Null if the file does not state it. */
  readonly micronsPerPixel: number | null;
  /** Width of a pixel as a share of its height. */
  readonly aspect: number;
  /** Pages in the main chain, and those with as many pixels as the picture. */
  readonly pages: number;
  readonly samePages: number;
  /** Pictures of the file that are neither this one nor smaller copies of it, such as its label. */
  readonly others: number;
}

/** Returns the details of a picture in a format other than TIFF. */
export const notTiff = (micronsPerPixel: number | null): SlideDetails => ({
  tiled: false,
  micronsPerPixel,
  aspect: 1,
  pages: 1,
  samePages: 1,
  others: 0,
});

/** Reads the details of a directory of a TIFF file. The scale is as its description states it, that of another page, or its resolution. */
export const readTiffDetails = (path: string, page: number, subDirectory: number): Promise<SlideDetails> =>
  TiffFile.use(path, (file) => {
    const places = file ? listDirectories(file) : [];
    const chosen = places.find((place) => place.page === page && (place.subDirectory ?? -1) === subDirectory);
    if (!file || !chosen) return notTiff(null);
    const pixels = countPixels(chosen.directory);
    const main = places.filter((place) => place.subDirectory === null);
    const sizes = main.map(({ directory }) => countPixels(directory));
    const resolution = readResolution(chosen.directory);
    let micronsPerPixel: number | null = null;
    for (const { directory } of [chosen, ...main])
      micronsPerPixel ??=
        parseScale(directory.text('description', DESCRIPTION_BYTES)) ??
        parseScale(directory.text('xmp', DESCRIPTION_BYTES));
    return {
      tiled: chosen.directory.has('tileWidth'),
      micronsPerPixel: micronsPerPixel ?? resolution.micronsPerPixel,
      aspect: resolution.aspect,
      pages: file.directories.length,
      samePages: sizes.filter((size) => size === pixels).length,
      others: countOthers(places, chosen),
    };
  });

function countOthers(places: readonly Place[], chosen: Place): number {
  const sizeOf = ({ directory }: Place) =>
    [directory.number('width', 0), directory.number('height', 0)] as const;
  const [width, height] = sizeOf(chosen);
  const others = places.filter((place) => place !== chosen).map(sizeOf);
  // Reduced levels have the shape of the slide, up to rounding.
  return others.filter(([w, h]) => w >= width || Math.abs((w * height) / width - h) > 1 + 0.01 * h).length;
}

function readResolution(directory: TiffDirectory) {
  const [x, y] = [directory.rational('xResolution'), directory.rational('yResolution')];
  if (!x) return { micronsPerPixel: null, aspect: 1 };
  const unit = directory.number('resolutionUnit', 2);
  // ImageJ
  const isMicrons = /^unit=(micron|um|\\u00B5m|µm)$/im.test(directory.text('description'));
  const microns = unit === 2 ? MICRONS_PER_INCH : unit === 3 ? 10_000 : isMicrons ? 1 : 0;
  return { micronsPerPixel: plausible(microns / x), aspect: y ? y / x : 1 };
}
