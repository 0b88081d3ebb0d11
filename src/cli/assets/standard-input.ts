/** Standard input as an asset. */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { JobAsset } from '../../client/client.ts';
import { localFile } from '../../client/files.ts';

/** Copies it to a temporary file, since uploads have a known length. The file is removed when this process ends. */
export async function standardInput(name: string): Promise<JobAsset> {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-stdin-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'stdin');
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }));
  return localFile(path, name);
}
