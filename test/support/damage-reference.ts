/** What other decoders say of damaged pictures: Pillow (with libtiff and libjpeg-turbo) and ImageMagick. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { lacksPillow } from './colour-reference.ts';

/** Whether one of the decoders is missing. Another program may be called `convert`. */
export const lacksDecoders =
  lacksPillow ||
  !/^Version: ImageMagick/.test(spawnSync('convert', ['-version'], { encoding: 'utf8' }).stdout ?? '');

export interface ReferencePicture {
  /** What a decoder complains of; null: nothing. */
  readonly complaint: string | null;
  /** RGB with 8 bits; null when Pillow refuses the file. */
  readonly pixels: Buffer | null;
}

/** What is said of metadata and of other pages, not of pixels. Bytes in front of a JPEG marker may follow metadata. Decoders skip unknown OBUs of AV1. */
const REMARKS =
  /unknown field with tag|profile|directory|incorrect count|tag ignored|Invalid SOS parameters|Tag data larger|iCCP|Unknown OBU type|extraneous bytes before marker 0x(c0|c4|db|e\w)/i;

/** Encodes a picture in black and white by Pillow, which takes `options` as arguments of `save`. */
export async function encodeByPillow(source: Sharp, options: Record<string, string>): Promise<Buffer> {
  const code =
    'import io, json, sys; from PIL import Image; out = io.BytesIO();' +
    'Image.open(io.BytesIO(sys.stdin.buffer.read())).convert("1").save(out, **json.loads(sys.argv[1]));' +
    'sys.stdout.buffer.write(out.getvalue())';
  const input = await source.png().toBuffer();
  return execFileSync('python3', ['-B', '-c', code, JSON.stringify(options)], { input });
}

export function decodeByReference(files: readonly { name: string; bytes: Buffer }[]): ReferencePicture[] {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-damage-'));
  try {
    const paths = files.map(({ name, bytes }) => {
      const path = join(directory, name);
      writeFileSync(path, bytes);
      return path;
    });
    const script = new URL('./damage-reference.py', import.meta.url).pathname;
    const output = execFileSync('python3', ['-B', script], {
      input: JSON.stringify(paths),
      maxBuffer: 2 ** 28,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const decoded = JSON.parse(output.toString()) as ({ pixels: string } | { refused: string })[];
    return decoded.map((picture, index) => {
      if ('refused' in picture)
        return { complaint: REMARKS.test(picture.refused) ? null : picture.refused, pixels: null };
      const { stderr } = spawnSync('convert', [`${paths[index]}[0]`, 'rgb:/dev/null'], { encoding: 'utf8' });
      const complaints = stderr.split('\n').filter((line) => line !== '' && !REMARKS.test(line));
      return { complaint: complaints[0] ?? null, pixels: Buffer.from(picture.pixels, 'base64') };
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}
