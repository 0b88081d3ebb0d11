/** An API in the process of the test, beside a whole darkroom, that counts how often it looks at jobs. */

import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { anonymous } from '../../src/api/auth/authentication.ts';
import type { ApiEnv } from '../../src/api/context.ts';
import { createHttpServer } from '../../src/api/server/server.ts';
import { composeApi } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import { eventRoutes } from '../../src/dialects/native/events.ts';
import { submissionRoutes } from '../../src/dialects/native/submission.ts';
import { listPhotographs } from '../../src/inputs/photographs.ts';
import { Watcher } from '../../src/jobs/query/watcher.ts';
import { embeddedTarget } from '../../src/temporal/connection.ts';
import type { RunningDarkroom } from './darkroom.ts';

export interface CountingApi {
  readonly url: string;
  /** Without a connection. */
  readonly request: (path: string) => Promise<Response>;
  readonly looks: () => number;
  close(): Promise<void>;
}

/** Submissions and events only, with a heartbeat every so many milliseconds. */
export async function startCountingApi(
  { dataDir }: RunningDarkroom,
  heartbeatMs: number,
): Promise<CountingApi> {
  const pidFile = await readFile(join(dataDir, 'temporal.pid'), 'utf8');
  const { address } = JSON.parse(pidFile) as { address: string };
  const api = await composeApi(readConfig({ DARKROOM_DATA: dataDir }), embeddedTarget(address));
  let looks = 0;
  const watcher = new Watcher((ref) => {
    looks++;
    return api.jobs.open(ref);
  }, api.runtime.untilEnded.bind(api.runtime));
  const limits = { asset: 2 ** 20, upload: 2 ** 20, json: 2 ** 20 };
  const parts = {
    ...api,
    watcher,
    limits,
    publicUrl: 'http://127.0.0.1',
    photographs: (directory: string) => listPhotographs([], directory),
    checkInputFile: async () => {},
  };
  const app = new OpenAPIHono<ApiEnv>();
  app.use(anonymous('admin', () => new Map()));
  app.route('/', submissionRoutes(parts)).route('/', eventRoutes(parts, heartbeatMs));
  const server = createHttpServer((request, env) => app.fetch(request, env));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    request: async (path) => app.request(path),
    looks: () => looks,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await api.client.connection.close();
    },
  };
}
