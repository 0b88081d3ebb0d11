/**
 * Upload, archive and pipeline with an S3 server on this machine as the object store. The baselines are the same as with the
 * file store, so the difference of the ratios is the cost of S3, including that server's own CPU time.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { benchArchive } from './archive.ts';
import { benchPipeline } from './pipeline.ts';
import { type Rig, startRig } from './rig.ts';
import type { Row } from './rows.ts';
import { startS3Server } from './s3-server.ts';
import { benchUpload } from './upload.ts';

export async function* benchS3({ dataDir }: Rig): AsyncGenerator<Row> {
  const server = await startS3Server(dataDir);
  if (!server) {
    console.log('  skipped: no versitygw on the PATH, and `npm test` has not built one yet');
    return;
  }
  // The processes of the rig and the benchmarks themselves find the server by these variables.
  // The rigs share its bucket, so they share a master key.
  Object.assign(process.env, server.env, { DARKROOM_MASTER_KEY: randomBytes(32).toString('base64') });
  let known = await countFiles(server.directory);
  for (const bench of [benchUpload, benchArchive, benchPipeline]) {
    const own = join(dataDir, bench.name);
    await mkdir(own);
    const rig = await startRig(own, { store: server.address });
    try {
      yield* bench(rig);
      // Proves that the values are those of S3.
      assert.ok((await countFiles(server.directory)) > known, 'The benchmark stored nothing in S3');
      assert.equal(await countFiles(join(own, 'store')), 0, 'The benchmark stored files beside S3');
      known = await countFiles(server.directory);
    } finally {
      await rig.stop();
    }
  }
  await server.stop();
}

async function countFiles(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).length;
}
