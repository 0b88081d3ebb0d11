/** Computes with Pillow what image.transform shall make of a picture. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Reference {
  /** Of an expression that is a picture. */
  readonly size?: [width: number, height: number];
  readonly mode?: string;
  readonly pixels?: Buffer;
  /** Of any other expression. */
  readonly value?: unknown;
}

/** @param requests - Pictures, and Python expressions (see `transform-reference.py`). */
export function computeByPillow(
  requests: readonly { readonly bytes: Uint8Array; readonly code: string }[],
): Reference[] {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-reference-'));
  try {
    const input = requests.map(({ bytes, code }, index) => {
      const picture = join(directory, String(index));
      writeFileSync(picture, bytes);
      return { picture, code };
    });
    const script = new URL('./transform-reference.py', import.meta.url).pathname;
    const output = execFileSync('python3', ['-B', script], {
      input: JSON.stringify(input),
      maxBuffer: 2 ** 28,
    });
    const references: (Omit<Reference, 'pixels'> & { pixels?: string })[] = JSON.parse(output.toString());
    return references.map(({ pixels, ...reference }) =>
      pixels === undefined ? reference : { ...reference, pixels: Buffer.from(pixels, 'base64') },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
