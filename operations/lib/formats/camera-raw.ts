/** Recognises camera raw files that are built like TIFF, and finds the full-size JPEG that most cameras put into them. */
import { findUnreadableJpeg, readFrame } from './jpeg.ts';
import type { TiffDirectory, TiffFile } from './tiff-file.ts';

/** A JPEG inside a file. Pixels, and bytes from the start of the file. */
export interface Preview {
  readonly width: number;
  readonly height: number;
  readonly at: number;
  readonly length: number;
  /** 1 to 8, unless its own EXIF data says otherwise. */
  readonly orientation: number;
  /** `PreviewColorSpace` of DNG (50970); 0: unknown. */
  readonly colourSpace: number;
}

export interface RawFile {
  /** "Nikon NEF". */
  readonly kind: string;
  readonly mediaType: string;
  /** The largest one; null: none. */
  readonly preview: Preview | null;
  /** Pixels of the sensor data; 0 when the file does not say. */
  readonly width: number;
  readonly height: number;
}

/** Photometric interpretations of sensor data. */
const SENSOR_DATA = [32803, 34892];

/** Compressions that only cameras write: Sony ARW, Kodak, Samsung, Nikon, lossy DNG, Pentax. */
const RAW_COMPRESSIONS = [32767, 32769, 32770, 32772, 34713, 34892, 65000, 65535];

const makers: readonly (readonly [make: RegExp, kind: string, mediaType: string])[] = [
  [/canon/i, 'Canon CR2', 'image/x-canon-cr2'],
  [/nikon/i, 'Nikon NEF', 'image/x-nikon-nef'],
  [/sony/i, 'Sony ARW', 'image/x-sony-arw'],
  [/pentax|ricoh/i, 'Pentax PEF', 'image/x-pentax-pef'],
  [/samsung/i, 'Samsung SRW', 'image/x-samsung-srw'],
  [/hasselblad/i, 'Hasselblad 3FR', 'image/x-hasselblad-3fr'],
  [/phase one|leaf/i, 'Phase One IIQ', 'image/x-phaseone-iiq'],
  [/kodak/i, 'Kodak DCR', 'image/x-kodak-dcr'],
  [/epson/i, 'Epson ERF', 'image/x-epson-erf'],
];

const dng = [/./, 'DNG', 'image/x-adobe-dng'] as const;

interface Described {
  readonly directory: TiffDirectory;
  readonly width: number;
  readonly height: number;
  readonly isSensor: boolean;
}

/** @returns null when the file is an ordinary TIFF. */
export function findRaw(file: TiffFile): RawFile | null {
  const [first] = file.directories;
  if (!first) return null;
  const all = [...file.directories];
  for (const directory of file.directories.slice(0, 8)) all.push(...directory.subDirectories);
  const described = all.slice(0, 64).map(describe);
  const isDng = first.has('dngVersion');
  const sensor = described.filter(({ isSensor }) => isSensor);
  if (!isDng && sensor.length === 0) return null;
  const make = first.text('make');
  const maker = makers.find(([pattern]) => pattern.test(make));
  const [, kind, mediaType] = isDng
    ? dng
    : (maker ?? [/./, `made by ${make || 'an unknown camera'}`, 'image/x-raw']);
  const largest = [...(sensor.length > 0 ? sensor : described)].sort((a, b) => area(b) - area(a))[0];
  const crop = largest ? largest.directory.numbers('defaultCropSize') : [];
  const [width = largest?.width ?? 0, height = largest?.height ?? 0] = crop;
  return {
    kind,
    mediaType,
    preview: findPreview(file, described, first.number('orientation', 1)),
    width,
    height,
  };
}

function describe(directory: TiffDirectory): Described {
  return {
    directory,
    width: directory.number('width', 0),
    height: directory.number('height', 0),
    isSensor:
      SENSOR_DATA.includes(directory.number('photometric', 0)) ||
      RAW_COMPRESSIONS.includes(directory.number('compression', 1)) ||
      directory.has('cr2Slices'),
  };
}

const area = ({ width, height }: { width: number; height: number }): number => width * height;

/**
 * Looks for JPEG data in all directories, whatever they say its size is.
 *
 * @param byDefault - The orientation of previews whose directories state none.
 */
function findPreview(file: TiffFile, described: readonly Described[], byDefault: number): Preview | null {
  const found: Preview[] = [];
  for (const { directory, isSensor } of described) {
    if (isSensor) continue;
    const strips = directory.numbers('stripOffsets');
    const at = directory.number('jpegOffset', null) ?? (strips.length === 1 ? strips[0] : undefined);
    const length = directory.number(directory.has('jpegOffset') ? 'jpegLength' : 'stripByteCounts', 0);
    const size = at === undefined ? null : readPreviewSize(file, at, length);
    const orientation = directory.number('orientation', byDefault);
    const colourSpace = directory.number('previewColorSpace', 0);
    if (at !== undefined && size) found.push({ ...size, at, length, orientation, colourSpace });
  }
  return found.sort((a, b) => area(b) - area(a))[0] ?? null;
}

/** Bytes that hold the frame header of a preview, which may have EXIF data before it. */
const PREVIEW_HEAD = 256 * 1024;

/** @returns null when the bytes are not a JPEG that can be decoded. */
function readPreviewSize(
  file: TiffFile,
  at: number,
  length: number,
): { width: number; height: number } | null {
  const head = file.read(at, Math.min(length, PREVIEW_HEAD));
  if (!head?.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return null;
  const frame = readFrame(head);
  if (!frame || findUnreadableJpeg(frame)) return null;
  return { width: frame.width, height: frame.height };
}
