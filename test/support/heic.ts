/** HEIC pictures, encoded by libheif's own encoder. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sharp } from 'sharp';

/** Decodes a picture to PNG by libheif's own tool. */
export function convertByLibheif(heic: Buffer): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-heic-'));
  try {
    const [input, png] = [join(directory, 'in.heic'), join(directory, 'out.png')];
    writeFileSync(input, heic);
    execFileSync('heif-convert', [input, png], { stdio: 'ignore' });
    return readFileSync(png);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** heif-enc copies profile and EXIF data of a JPEG. */
export async function encodeHeic(picture: Sharp): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-heic-'));
  try {
    const [jpeg, heic] = [join(directory, 'in.jpg'), join(directory, 'out.heic')];
    writeFileSync(jpeg, await picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer());
    execFileSync('heif-enc', ['-q', '95', jpeg, '-o', heic], { stdio: 'ignore' });
    return readFileSync(heic);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
