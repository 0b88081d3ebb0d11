/** CPU time of API and worker for a small job that is traced. The baseline is the same without tracing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Job } from '../src/client/client.ts';
import { measureCpu } from './processes.ts';
import { type Rig, startRig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { createSmallJobs, type SmallJobs } from './small-jobs.ts';

const WARM_UP = 40;
const JOBS = 100;

export async function* benchTracing(rig: Rig): AsyncGenerator<Row> {
  const collector = await startCollector();
  const dataDir = join(rig.dataDir, 'traced');
  await mkdir(dataDir);
  const small = await createSmallJobs();
  const plain = await measure(rig, small);
  assert.equal(collector.bytes(), 0, 'Jobs were traced although no endpoint is configured');
  const traced = await startRig(dataDir, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  try {
    const ms = await measure(traced, small);
    // A job has more than five spans, of more than 100 bytes each.
    assert.ok(collector.bytes() > JOBS * 500, `The collector received ${collector.bytes()} bytes`);
    yield row('API and worker, a small job with tracing, vs. without', 'ms', ms, plain);
  } finally {
    await traced.stop();
    collector.close();
    small.close();
  }
}

/** Returns the milliseconds of CPU time for a job. */
async function measure({ url, api, startWorker }: Rig, small: SmallJobs): Promise<number> {
  const worker = await startWorker();
  await small.run(url, WARM_UP);
  let jobs: Job[] = [];
  const seconds = await measureCpu([api, worker], async () => {
    jobs = await small.run(url, JOBS);
  });
  await small.check(url, jobs);
  return (seconds.reduce((sum, one) => sum + one, 0) * 1000) / JOBS;
}

/** Receives traces, and counts their bytes. */
async function startCollector() {
  let received = 0;
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      if (request.url === '/v1/traces') received += chunk.length;
    });
    request.on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    bytes: () => received,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
