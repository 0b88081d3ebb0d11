/** A darkroom in this process, with its own Temporal server, for the stories. */
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import type { z } from 'zod';
import type { Activities, JobActivities } from '../../activities/types.ts';
import { type Api, composeApi, composeWorker } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Job } from '../../src/jobs/model/job.ts';
import type { jobSpec } from '../../src/jobs/model/job-spec.ts';
import type { RunInput } from '../../src/jobs/model/run-input.ts';
import { embeddedTarget } from '../../src/temporal/connection.ts';
import { findTemporal } from '../../src/temporal/embedded/binary.ts';
import { startEmbeddedTemporal } from '../../src/temporal/embedded/server.ts';
import { registerSearchAttributes } from '../../src/temporal/namespace.ts';
import { createWorkers, runWorkers } from '../../src/temporal/worker.ts';

type Replacement<Name extends keyof Activities> = (
  input: Parameters<Activities[Name]>[0],
  original: Activities[Name],
) => Promise<Awaited<ReturnType<Activities[Name]>>>;

export interface StoryServer extends Api {
  /** Names of photographs in the input directory. */
  readonly photos: readonly string[];
  /** Serves photographs by name, each after 1.6 seconds: longer than a local attempt. */
  readonly slowPhotosUrl: string;
  /** Receives callbacks. */
  readonly hook: string;
  /** Statuses of the next responses to callbacks; 204 if empty. */
  readonly answers: number[];
  /** Submits a job. `change` replaces fields of its run input, such as limits that would take long to reach. */
  submit(spec: z.input<typeof jobSpec>, change?: (runInput: RunInput) => Partial<RunInput>): Promise<Job>;
  /** Polls until the condition is true for the job, up to two minutes. */
  until(job: Job, condition: (now: Job) => boolean): Promise<Job>;
  /** Runs `replacement` instead of the next attempt at an activity. */
  replaceNext<Name extends keyof Activities>(name: Name, replacement: Replacement<Name>): void;
  close(): Promise<void>;
}

const photos = ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg'];
const SLOW_MS = 1600;

/** Milliseconds that jobs wait for an asset; enough for the stories that add one. */
const ASSET_MS = 15_000;

/** Starts everything. Takes some seconds. */
export async function openStoryServer(): Promise<StoryServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-histories-'));
  const inputDir = join(dataDir, 'inputs');
  await mkdir(inputDir);
  for (const name of photos)
    await copyFile(
      fileURLToPath(new URL(`../../../examples/photos/${name}`, import.meta.url)),
      join(inputDir, name),
    );
  const config = readConfig({
    DARKROOM_DATA: dataDir,
    DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
    DARKROOM_CALLBACK_SCHEDULE_MS: '200,400,600',
    DARKROOM_FIRST_ASSET_DAYS: String(ASSET_MS / 86_400_000),
    DARKROOM_NEXT_ASSET_DAYS: String(ASSET_MS / 86_400_000),
  });
  const { path } = await findTemporal({
    cacheDir: readConfig().DARKROOM_CACHE,
    env: process.env,
    log: console.log,
  });
  const quiet = { preferredPort: 0, log: () => undefined };
  const temporal = await startEmbeddedTemporal({ binary: path, dataDir, ...quiet });
  const api = await composeApi(config, embeddedTarget(temporal.address));
  await registerSearchAttributes(api.client);
  const { activities, aloneActivities, slots } = await composeWorker(config, {
    client: api.client,
    target: temporal,
    scratch: join(dataDir, 'work'),
  });
  const replaceable = makeReplaceable(activities, aloneActivities);
  const connection = await NativeConnection.connect({ address: temporal.address });
  const workers = await createWorkers({
    connection,
    namespace: 'default',
    activities: replaceable.activities,
    aloneActivities: replaceable.aloneActivities,
    slots,
    graceMs: 1000,
  });
  const stop = new AbortController();
  const running = runWorkers(workers, stop.signal);
  const answers: number[] = [];
  const sendSlowly = async (request: IncomingMessage, response: ServerResponse) => {
    await sleep(SLOW_MS);
    response.writeHead(200).end(await readFile(join(inputDir, request.url?.slice(1) ?? '')));
  };
  const web = await listen((request, response) => {
    if (request.method === 'POST')
      request.resume().once('end', () => response.writeHead(answers.shift() ?? 204).end());
    else void sendSlowly(request, response);
  });
  let change: (runInput: RunInput) => Partial<RunInput> = () => ({});
  const start = api.runtime.start.bind(api.runtime);
  api.runtime.start = (runInput, options) => start({ ...runInput, ...change(runInput) }, options);
  return {
    ...api,
    photos,
    slowPhotosUrl: web.url,
    hook: `${web.url}/hook`,
    answers,
    submit: async (spec, changeOfInput = () => ({})) => {
      change = changeOfInput;
      return (await api.submissions.submit({ tenant: 'public', dialect: 'native' }, spec)).job;
    },
    until: async (job, condition) => {
      for (const deadline = Date.now() + 120_000; ; await sleep(20)) {
        const now = (await api.jobs.open(job)).job;
        if (condition(now)) return now;
        if (Date.now() > deadline) throw new Error(`The job stays ${JSON.stringify(now)}`);
      }
    },
    replaceNext: replaceable.replaceNext,
    close: async () => {
      stop.abort();
      await running;
      await connection.close();
      await api.client.connection.close();
      web.close();
      await temporal.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Wraps the activities so that single attempts can be replaced, wherever they run. */
function makeReplaceable(
  activities: Activities,
  aloneActivities: JobActivities,
): { activities: Activities; aloneActivities: JobActivities; replaceNext: StoryServer['replaceNext'] } {
  const replacements = new Map<string, Replacement<never>[]>();
  const wrap = <Some extends object>(some: Some): Some => {
    const entries = Object.entries(some).map(([name, original]) => [
      name,
      (input: never) => {
        const replacement = replacements.get(name)?.shift();
        return replacement ? replacement(input, original as never) : original(input);
      },
    ]);
    return Object.fromEntries(entries) as Some;
  };
  return {
    activities: wrap(activities),
    aloneActivities: wrap(aloneActivities),
    replaceNext: (name, replacement) => {
      replacements.set(name, [...(replacements.get(name) ?? []), replacement as Replacement<never>]);
    },
  };
}

async function listen(handle: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
