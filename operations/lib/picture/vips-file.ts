/**
 * Files in the format of libvips (".v"): a header of 64 bytes, the pixels row by row, and metadata as XML. Numbers are in the byte order of the
 * machine that wrote them. See https://www.libvips.org/API/current/file-format.html.
 */
import { type FileHandle, open } from 'node:fs/promises';

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

/** Samples that are read at a time. */
const CHUNK = 1 << 20;

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

/**
 * Copies a file with RGB or grey pixels, and stores its samples with 16 bits.
 *
 * @param scale - Converts a sample to 0 to 65,535.
 */
export async function rescaleSamples(
  from: string,
  to: string,
  scale: (sample: number) => number,
): Promise<void> {
  const source = await open(from);
  const target = await open(to, 'w');
  try {
    const { fields, count } = await readHeader(source);
    const Samples = samples[fields[FORMAT] as keyof typeof samples];
    const bytes = Samples.BYTES_PER_ELEMENT;
    fields[FORMAT] = USHORT;
    fields[INTERPRETATION] = (fields[BANDS] ?? 0) < 3 ? GREY16 : RGB16;
    await target.write(new Uint8Array(fields.buffer));
    for (let done = 0; done < count; done += CHUNK) {
      const chunk = new Samples(Math.min(CHUNK, count - done));
      await source.read(new Uint8Array(chunk.buffer), 0, chunk.byteLength, HEADER_BYTES + done * bytes);
      const scaled = new Uint16Array(chunk.length);
      for (let index = 0; index < chunk.length; index++) scaled[index] = scale(chunk[index] ?? 0);
      await target.write(new Uint8Array(scaled.buffer));
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

const bytesPerSample = (fields: Int32Array): number =>
  samples[fields[FORMAT] as keyof typeof samples].BYTES_PER_ELEMENT;
