/** The colours that a PNG file describes by other chunks than an ICC profile (PNG, third edition, 11.3.2). libvips ignores these. */
import { open } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { readChunkHeads } from '../formats/png.ts';
import { BT709, type DescribedColour, describeCodePoints } from './code-points.ts';
import { isUsableProfile } from './icc-profile.ts';
import { buildMatrixProfile, type Chromaticity } from './matrix-profile.ts';

/** Chunks that are read, with the bytes that they have at most. They come before the pixels. */
const maxBytes: Readonly<Record<string, number>> = {
  cICP: 4,
  gAMA: 4,
  cHRM: 32,
  sRGB: 1,
  iCCP: 4 * 1024 * 1024,
};

/** A gamma this close to that of sRGB counts as sRGB, as in libpng. */
const GAMMA_TOLERANCE = 0.05;

/**
 * Follows browsers: `cICP` before an embedded profile before `sRGB` before `gAMA` with `cHRM`.
 *
 * @param hasProfile - Whether the file has a usable profile.
 * @returns null if the profile counts, or sRGB.
 */
export async function readPngColour(path: string, hasProfile: boolean): Promise<DescribedColour | null> {
  const chunks = await readChunks(path);
  const cicp = chunks.get('cICP');
  // Matrix 0, full range: anything else is not allowed in PNG.
  if (cicp?.length === 4 && cicp[2] === 0 && cicp[3] === 1) {
    const described = describeCodePoints(cicp[0] ?? 0, cicp[1] ?? 0);
    if (described) return described;
  }
  const profile = hasProfile ? null : readRgbProfile(chunks.get('iCCP'));
  if (profile) return { profile };
  const gamma = chunks.get('gAMA');
  if (hasProfile || chunks.has('sRGB') || gamma?.length !== 4) return null;
  const exponent = gamma.readUInt32BE() / 100_000;
  if (exponent === 0) return null;
  const chromaticities = chunks.get('cHRM');
  if (!chromaticities && Math.abs(exponent * 2.2 - 1) < GAMMA_TOLERANCE) return null;
  const primaries = chromaticities ? readChromaticities(chromaticities) : BT709;
  const built = primaries && buildMatrixProfile(primaries, [1 / exponent]);
  return built && { profile: built };
}

function readChromaticities(chunk: Buffer): typeof BT709 | null {
  if (chunk.length !== 32) return null;
  const at = (index: number): Chromaticity => [
    chunk.readUInt32BE(index * 8) / 100_000,
    chunk.readUInt32BE(index * 8 + 4) / 100_000,
  ];
  return { white: at(0), red: at(1), green: at(2), blue: at(3) };
}

/** Reads the profile that libpng drops: one of RGB in a grey picture. */
function readRgbProfile(chunk: Buffer | undefined): Buffer | null {
  const end = chunk?.indexOf(0) ?? -1;
  if (!chunk || end < 0) return null;
  try {
    // The name, a zero, and the compression method come first.
    const profile = inflateSync(chunk.subarray(end + 2), { maxOutputLength: 16 * 1024 * 1024 });
    return isUsableProfile({ space: 'srgb', icc: profile }) ? profile : null;
  } catch {
    return null;
  }
}

async function readChunks(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const chunks = new Map<string, Buffer>();
  const file = await open(path);
  try {
    for (const { type, at, end } of readChunkHeads(file)) {
      if (type === 'IDAT') break;
      const length = end - at - 12;
      if (length > (maxBytes[type] ?? -1) || chunks.has(type)) continue;
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, at + 8);
      chunks.set(type, buffer);
    }
    return chunks;
  } finally {
    await file.close();
  }
}
