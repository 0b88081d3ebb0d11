/**
 * Upload, archive and photographs again, with the objects in an S3 server on this machine. The baselines are the same as on a
 * disk: a ratio lower than there is what S3 costs, or this S3 server, which has to do its own work on the same cores.
 */
import { mkdir } from 'node:fs/promises';
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
  // The rig's processes find the server by these, and so does the store that the benches themselves use.
  Object.assign(process.env, server.env);
  for (const bench of [benchUpload, benchArchive, benchPipeline]) {
    const own = join(dataDir, bench.name);
    await mkdir(own);
    const rig = await startRig(own, server.address);
    try {
      yield* bench(rig);
    } finally {
      await rig.stop();
    }
  }
  await server.stop();
}
