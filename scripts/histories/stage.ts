/** A darkroom in this process, in which jobs can be made to go through whatever a history is to tell of. */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { z } from 'zod';
import { type Api, composeApi, composeWorker } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Job, jobSpec } from '../../src/jobs/model/job.ts';
import { embeddedTarget } from '../../src/temporal/connection.ts';
import { findTemporal } from '../../src/temporal/embedded/binary.ts';
import { startEmbeddedTemporal } from '../../src/temporal/embedded/server.ts';
import { registerSearchAttributes } from '../../src/temporal/namespace.ts';
import { createWorkers, runWorkers } from '../../src/temporal/worker.ts';

export interface Stage extends Api {
  readonly client: Client;
  /** Names of photographs that path inputs may have. */
  readonly photos: readonly string[];
  /** Where callbacks go. */
  readonly hook: string;
  /** What the receiver of callbacks answers next; 204 once there is nothing left. */
  readonly answers: number[];
  submit(spec: z.input<typeof jobSpec>): Promise<Job>;
  /** Polls until this is true of the job. */
  until(job: Job, condition: (now: Job) => boolean): Promise<Job>;
  close(): Promise<void>;
}

const photos = ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg'];

export async function openStage(): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-histories-'));
  const config = readConfig({
    DARKROOM_DATA: dataDir,
    DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
    DARKROOM_CALLBACK_SCHEDULE_MS: '200,400,600',
  });
  await mkdir(join(dataDir, 'inputs'));
  for (const name of photos)
    await copyFile(
      new URL(`../../../examples/photos/${name}`, import.meta.url),
      join(dataDir, 'inputs', name),
    );
  const { path } = await findTemporal({
    cacheDir: readConfig().DARKROOM_CACHE,
    env: process.env,
    log: console.log,
  });
  const quiet = { preferredPort: 0, preferredUiPort: 0, log: () => undefined };
  const temporal = await startEmbeddedTemporal({ binary: path, dataDir, ...quiet });
  const api = await composeApi(config, embeddedTarget(temporal.address));
  await registerSearchAttributes(api.client);
  const { activities, slots } = await composeWorker(config, api.client, join(dataDir, 'work'));
  const connection = await NativeConnection.connect({ address: temporal.address });
  const workers = await createWorkers({ connection, namespace: 'default', activities, slots, graceMs: 1000 });
  const stop = new AbortController();
  const running = runWorkers(workers, stop.signal);
  const answers: number[] = [];
  const receiver = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume().once('end', () => response.writeHead(answers.shift() ?? 204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  return {
    ...api,
    photos,
    hook: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`,
    answers,
    submit: async (spec) => (await api.submissions.submit({ tenant: 'public', dialect: 'native' }, spec)).job,
    until: async (job, condition) => {
      for (const deadline = Date.now() + 120_000; ; await sleep(20)) {
        const now = (await api.jobs.open(job)).job;
        if (condition(now)) return now;
        if (Date.now() > deadline) throw new Error(`It stays ${JSON.stringify(now)}`);
      }
    },
    close: async () => {
      stop.abort();
      await running;
      await connection.close();
      await api.client.connection.close();
      receiver.close();
      receiver.closeAllConnections();
      await temporal.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
