import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDataConverter } from '../../../src/temporal/payload-codec.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-codec-'));
});

afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['missing.mjs', null, 'cannot be loaded: '],
  ['broken.mjs', 'throw new Error("no key");', 'cannot be loaded: no key'],
  ['empty.mjs', 'export default {};', 'must export `payloadCodec`'],
  ['half.mjs', 'export const payloadCodec = { encode() {} };', 'must export `payloadCodec`'],
])('%s is refused', async (name, code, message) => {
  const path = join(folder, name);
  if (code !== null) await writeFile(path, code);
  await expect(loadDataConverter(path)).rejects.toThrow(`DARKROOM_PAYLOAD_CODEC="${path}": ${message}`);
});
