import { benchAlbum } from './album.ts';
import { benchArchive } from './archive.ts';
import { benchAssets } from './assets.ts';
import { benchBurst } from './burst.ts';
import { benchConsole } from './console.ts';
import { benchCost } from './cost.ts';
import { benchEvents } from './events.ts';
import { benchFairness } from './fairness.ts';
import { benchIdle } from './idle.ts';
import { benchList } from './list.ts';
import { benchModel } from './model.ts';
import { benchPipeline } from './pipeline.ts';
import type { Rig } from './rig.ts';
import type { Row } from './rows.ts';
import { benchS3 } from './s3.ts';
import { benchStatus } from './status.ts';
import { benchSteps } from './steps.ts';
import { benchSubmit } from './submit.ts';
import { benchTracing } from './tracing.ts';
import { benchUpload } from './upload.ts';
import { benchWait } from './wait.ts';

export interface Sizes {
  /** Jobs of `list`. */
  readonly jobs: number;
  /** Assets of the job of `assets`. */
  readonly assets: number;
  /** Jobs that wait in `fairness`. */
  readonly queued: number;
}

interface Benchmark {
  readonly summary: string;
  readonly run: (rig: Rig, sizes: Sizes) => AsyncIterable<Row>;
}

/** The benchmarks by name, in the order in which they run. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  submit: { summary: 'submission', run: benchSubmit },
  status: { summary: 'status of a job, for one reader and for many', run: benchStatus },
  wait: { summary: 'from submission to the end, by `Prefer: wait` and by polling', run: benchWait },
  upload: { summary: 'a large file uploaded with its job', run: benchUpload },
  archive: { summary: 'results as one ZIP, with large files and with many files', run: benchArchive },
  events: { summary: '1,000 readers of the events of one job', run: benchEvents },
  pipeline: { summary: 'photographs, from download to callback', run: benchPipeline },
  album: { summary: 'one job with a hundred photographs', run: benchAlbum },
  burst: { summary: 'a hundred concurrent submissions of one photograph each', run: benchBurst },
  steps: { summary: 'a pipeline of three steps, three jobs in turn, and a script', run: benchSteps },
  cost: { summary: 'CPU time of a small job with a callback', run: benchCost },
  tracing: { summary: 'CPU time of a small job with tracing', run: benchTracing },
  idle: { summary: 'CPU time of a server that has nothing to do', run: benchIdle },
  model: { summary: 'a 3D model from photographs', run: benchModel },
  list: { summary: 'lists of thousands of jobs', run: benchList },
  console: { summary: 'the console on a slow network, in Chromium', run: benchConsole },
  assets: { summary: 'one job with thousands of tiny assets', run: benchAssets },
  fairness: { summary: 'how long a tenant waits behind the jobs of another one', run: benchFairness },
  s3: { summary: 'upload, archive and pipeline with an S3 store', run: benchS3 },
};
