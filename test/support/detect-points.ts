/** Detects points in the process of the test: a child process for each picture takes longer than the detection. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DETECTION, type Detection, task } from '../../operations/poi-detection/detection.ts';
import { params as schema } from '../../operations/poi-detection/params.ts';

/** @throws What the detection throws. */
export async function detectPoints(
  bytes: Uint8Array,
  params: Record<string, unknown> = {},
): Promise<Detection> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-detection-'));
  try {
    const path = join(folder, 'asset');
    await writeFile(path, bytes);
    const input = { index: 0, name: 'slide.png', path, size: bytes.length, attributes: {} };
    await task.run({ input, params: schema.parse({ overlay: false, ...params }), folder });
    return JSON.parse(await readFile(join(folder, DETECTION), 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
