/** API and worker in the process of the test, on the shared Temporal server. Requests go through HTTP, as everywhere. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi } from '../../src/cli/api.ts';
import { type RunningWorker, startWorker } from '../../src/cli/start-worker.ts';
import type { Overrides } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import { createLog } from '../../src/log.ts';
import type { Tracing } from '../../src/tracing/tracing.ts';
import { createRequests, type RunningDarkroom, waitUntilReady } from './darkroom.ts';
import { sharedWorkerPictures } from './picture-processes.ts';
import { freePort } from './ports.ts';
import { installTestRuntime } from './sdk-runtime.ts';
import { type DarkroomOptions, defaultSettings, findNamespace, temporalSettings } from './server.ts';

export { type RunningDarkroom as Darkroom, sleep } from './darkroom.ts';

interface StackOptions extends DarkroomOptions {
  readonly tracing?: Tracing | null;
  readonly overrides?: Overrides;
  /** True for tests that look at its picture processes. Otherwise it shares those of the other stacks. */
  readonly ownPictures?: boolean;
}

/**
 * Starts what `darkroom serve` starts, without new processes, which takes a quarter of the CPU time. Only for service tests. A test
 * that needs the process itself, or credentials in `AWS_…`, uses `startDarkroom`.
 */
export async function startStack({
  env = {},
  dataDir,
  command = 'serve',
  token,
  skipReadiness,
  overrides,
  tracing = null,
  ownPictures = false,
}: StackOptions = {}): Promise<RunningDarkroom> {
  const data = dataDir ?? (await mkdtemp(join(tmpdir(), 'darkroom-test-')));
  const port = String(await freePort());
  const config = readConfig({
    ...defaultSettings(data, port),
    ...(await temporalSettings(data, env)),
    ...env,
  });
  const address = env['TEMPORAL_ADDRESS'];
  const target =
    address === undefined
      ? await findNamespace(data)
      : { namespace: env['TEMPORAL_NAMESPACE'] ?? 'default', options: { address }, address };
  if (target === null) throw new Error('Only service tests share a Temporal server');
  // As `darkroom serve` does.
  await mkdir(join(data, 'inputs'), { recursive: true });
  let output = '';
  const write = (line: string) => {
    output += line;
  };
  const createPartLog = (part: string) => createLog(config.DARKROOM_LOG_LEVEL, part, { write });
  const api = await startApi(config, target, createPartLog('api'), { overrides, tracing });
  const stop = new AbortController();
  let worker: RunningWorker | null = null;
  if (command === 'serve') {
    installTestRuntime();
    worker = await startWorker(config, target, {
      log: createPartLog('worker'),
      tracing,
      stop: stop.signal,
      overrides: ownPictures ? overrides : { pictures: await sharedWorkerPictures(), ...overrides },
    });
  }
  let stopping: Promise<void> | undefined;
  const stopParts = async () => {
    await api.close();
    stop.abort();
    await worker?.stopped;
  };
  const darkroom: RunningDarkroom = {
    url: config.localUrl,
    dataDir: data,
    output: () => output,
    ...createRequests({
      url: config.localUrl,
      token,
      temporalRuns: address === undefined,
      output: () => output,
    }),
    stop: async () => {
      stopping ??= stopParts();
      await stopping;
      return 0;
    },
    dispose: async () => {
      await darkroom.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  if (!skipReadiness) await waitUntilReady(darkroom);
  return darkroom;
}
