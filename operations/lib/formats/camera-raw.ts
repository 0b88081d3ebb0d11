/** Recognises camera raw files that are built like TIFF, and finds the full-size JPEG that most cameras put into them. */
import { findUnreadableJpeg, readFrame } from './jpeg.ts';
import type { TiffDirectory, TiffFile } from './tiff-file.ts';

/** A JPEG inside a file. Pixels, and bytes from the start of the file. */
interface Preview {
  readonly width: number;
  readonly height: number;
  readonly at: number;
  readonly length: number;
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
  /** 1 to 8. */
  readonly orientation: number;
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
export async function findRaw(file: TiffFile): Promise<RawFile | null> {
  const [first] = file.directories;
  if (!first) return null;
  const all = [...file.directories];
  for (const directory of file.directories.slice(0, 8)) all.push(...(await file.subDirectories(directory)));
  const described: Described[] = [];
  for (const directory of all.slice(0, 64)) described.push(await describe(directory));
  const isDng = first.has('dngVersion');
  const sensor = described.filter(({ isSensor }) => isSensor);
  if (!isDng && sensor.length === 0) return null;
  const make = await first.text('make');
  const maker = makers.find(([pattern]) => pattern.test(make));
  const [, kind, mediaType] = isDng
    ? dng
    : (maker ?? [/./, `made by ${make || 'an unknown camera'}`, 'image/x-raw']);
  const largest = [...(sensor.length > 0 ? sensor : described)].sort((a, b) => area(b) - area(a))[0];
  const crop = largest ? await largest.directory.numbers('defaultCropSize') : [];
  const [width = largest?.width ?? 0, height = largest?.height ?? 0] = crop;
  return {
    kind,
    mediaType,
    preview: await findPreview(file, described),
    width,
    height,
    orientation: await first.number('orientation', 1),
  };
}

async function describe(directory: TiffDirectory): Promise<Described> {
  return {
    directory,
    width: await directory.number('width', 0),
    height: await directory.number('height', 0),
    isSensor:
      SENSOR_DATA.includes(await directory.number('photometric', 0)) ||
      RAW_COMPRESSIONS.includes(await directory.number('compression', 1)) ||
      directory.has('cr2Slices'),
  };
}

const area = ({ width, height }: { width: number; height: number }): number => width * height;

/** Looks for JPEG data in all directories, whatever they say its size is. */
async function findPreview(file: TiffFile, described: readonly Described[]): Promise<Preview | null> {
  const found: Preview[] = [];
  for (const { directory, isSensor } of described) {
    if (isSensor) continue;
    const strips = await directory.numbers('stripOffsets');
    const at = (await directory.number('jpegOffset', null)) ?? (strips.length === 1 ? strips[0] : undefined);
    const length = await directory.number(directory.has('jpegOffset') ? 'jpegLength' : 'stripByteCounts', 0);
    const preview = at === undefined ? null : await readPreview(file, at, length);
    if (preview) found.push(preview);
  }
  return found.sort((a, b) => area(b) - area(a))[0] ?? null;
}

/** Bytes that hold the frame header of a preview, which may have EXIF data before it. */
const PREVIEW_HEAD = 256 * 1024;

/** @returns null when the bytes are not a JPEG that can be decoded. */
async function readPreview(file: TiffFile, at: number, length: number): Promise<Preview | null> {
  const head = await file.read(at, Math.min(length, PREVIEW_HEAD));
  if (!head?.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return null;
  const frame = readFrame(head);
  if (!frame || findUnreadableJpeg(frame)) return null;
  return { width: frame.width, height: frame.height, at, length };
}
