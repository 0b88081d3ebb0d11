/**
 * Files in the format of libvips (".v"): a header of 64 bytes, the pixels row by row, and metadata as XML. Numbers are in the byte order of the
 * machine that wrote them. See https://www.libvips.org/API/current/file-format.html.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Region } from 'sharp';

const HEADER_BYTES = 64;

/** Band formats of libvips, with what reads one sample. */
const samples = {
  0: Uint8Array,
  2: Uint16Array,
  4: Uint32Array,
  6: Float32Array,
  8: Float64Array,
} as const;

const USHORT = 2;
const GREY16 = 26;
const RGB16 = 25;

/** Pixels that are read at a time. */
const CHUNK = 1 << 18;

/** Fields of the header, as positions in an array of 32-bit numbers. */
const [WIDTH, HEIGHT, BANDS, FORMAT, INTERPRETATION] = [1, 2, 3, 5, 7];

async function readHeader(file: FileHandle): Promise<{ fields: Int32Array; count: number }> {
  const fields = new Int32Array(HEADER_BYTES / 4);
  await file.read(new Uint8Array(fields.buffer), 0, HEADER_BYTES, 0);
  const count = [WIDTH, HEIGHT, BANDS].reduce((product, field) => product * (fields[field] ?? 0), 1);
  return { fields, count };
}

/** Replaces the colour profile of a file. */
export async function assignProfile(path: string, profile: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { fields, count } = await readHeader(file);
    const end = HEADER_BYTES + count * bytesPerSample(fields);
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(size - end), 0, size - end, end);
    const field = `<field type="VipsBlob" name="icc-profile-data">${profile.toString('base64')}</field>`;
    const metadata = buffer
      .toString('utf8')
      .replace(/<field type="VipsBlob" name="icc-profile-data">[^<]*<\/field>/, '')
      .replace('<meta>', `<meta>${field}`);
    await file.truncate(end);
    await file.write(metadata, end);
  } finally {
    await file.close();
  }
}

export interface PixelChange {
  /** Keep only the first channels, that many. */
  readonly channels: number | null;
  /** Converts a sample to 0 to 65,535, of RGB or grey. */
  readonly scale: ((sample: number) => number) | null;
  /** Whether to divide colours by alpha, which is the last channel. */
  readonly unpremultiply?: boolean;
}

/** Copies a file with other pixels and the same metadata. */
export async function rewritePixels(
  from: string,
  to: string,
  { channels, scale, unpremultiply = false }: PixelChange,
): Promise<void> {
  const source = await open(from);
  const target = await open(to, 'w');
  try {
    const { fields, count } = await readHeader(source);
    const Samples = samples[fields[FORMAT] as keyof typeof samples];
    const bytes = Samples.BYTES_PER_ELEMENT;
    const bands = fields[BANDS] ?? 0;
    const kept = channels ?? bands;
    fields[BANDS] = kept;
    if (scale) {
      fields[FORMAT] = USHORT;
      fields[INTERPRETATION] = kept < 3 ? GREY16 : RGB16;
    }
    const Target = scale ? Uint16Array : Samples;
    await target.write(new Uint8Array(fields.buffer));
    const pixels = count / bands;
    for (let done = 0; done < pixels; done += CHUNK) {
      const length = Math.min(CHUNK, pixels - done);
      const chunk = new Samples(length * bands);
      await source.read(
        new Uint8Array(chunk.buffer),
        0,
        chunk.byteLength,
        HEADER_BYTES + done * bands * bytes,
      );
      if (unpremultiply) divideByAlpha(chunk, bands, 2 ** (8 * bytes) - 1);
      const written = new Target(length * kept);
      for (let index = 0; index < written.length; index++) {
        const sample = chunk[Math.floor(index / kept) * bands + (index % kept)] ?? 0;
        written[index] = scale ? scale(sample) : sample;
      }
      await target.write(new Uint8Array(written.buffer));
    }
    const end = HEADER_BYTES + count * bytes;
    const { size } = await source.stat();
    const { buffer } = await source.read(Buffer.alloc(size - end), 0, size - end, end);
    await target.write(buffer);
  } finally {
    await source.close();
    await target.close();
  }
}

function divideByAlpha(
  samples: { [index: number]: number; readonly length: number },
  bands: number,
  most: number,
): void {
  for (let pixel = 0; pixel < samples.length; pixel += bands) {
    const alpha = samples[pixel + bands - 1] ?? 0;
    for (let at = pixel; alpha > 0 && at < pixel + bands - 1; at++)
      samples[at] = Math.min(most, Math.round(((samples[at] ?? 0) * most) / alpha));
  }
}

/** Sets all samples of boxes, in pixels. */
export async function fillBoxes(path: string, boxes: readonly Region[], value: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { fields } = await readHeader(file);
    const Samples = samples[fields[FORMAT] as keyof typeof samples];
    const [width, height, bands] = [WIDTH, HEIGHT, BANDS].map((field) => fields[field] ?? 0) as [
      number,
      number,
      number,
    ];
    for (const box of boxes) {
      const row = new Samples((Math.min(box.left + box.width, width) - box.left) * bands).fill(value);
      const bytes = new Uint8Array(row.buffer);
      for (let y = box.top; y < Math.min(box.top + box.height, height); y++)
        await file.write(
          bytes,
          0,
          bytes.length,
          HEADER_BYTES + (y * width + box.left) * bands * row.BYTES_PER_ELEMENT,
        );
    }
  } finally {
    await file.close();
  }
}

const bytesPerSample = (fields: Int32Array): number =>
  samples[fields[FORMAT] as keyof typeof samples].BYTES_PER_ELEMENT;
