/** The benches by name, in the order in which they run. */
import { benchArchive } from './archive.ts';
import { benchAssets } from './assets.ts';
import { benchEvents } from './events.ts';
import { benchList } from './list.ts';
import { benchModel } from './model.ts';
import { benchPipeline } from './pipeline.ts';
import type { Rig } from './rig.ts';
import type { Row } from './rows.ts';
import { benchS3 } from './s3.ts';
import { benchStatus } from './status.ts';
import { benchSubmit } from './submit.ts';
import { benchUpload } from './upload.ts';
import { benchWait } from './wait.ts';

export interface Sizes {
  /** Jobs that are listed. */
  readonly jobs: number;
  /** Assets of the large job. */
  readonly assets: number;
}

interface Bench {
  readonly summary: string;
  readonly run: (rig: Rig, sizes: Sizes) => AsyncIterable<Row>;
}

export const benches: Readonly<Record<string, Bench>> = {
  submit: { summary: 'submission', run: benchSubmit },
  status: { summary: 'looking at a job, alone and in a crowd', run: benchStatus },
  wait: { summary: 'from submission to the known end: `Prefer: wait`, and polling', run: benchWait },
  upload: { summary: 'a large file with its job', run: benchUpload },
  archive: { summary: 'results as one ZIP, of large files and of many', run: benchArchive },
  events: { summary: '1,000 readers of the events of one job', run: benchEvents },
  pipeline: { summary: 'photographs, from their server to the callback', run: benchPipeline },
  model: { summary: 'photographs, to a model', run: benchModel },
  list: { summary: 'lists of thousands of jobs', run: benchList },
  assets: { summary: 'one job of thousands of tiny assets', run: benchAssets },
  s3: { summary: 'upload, archive and pipeline with the objects in S3', run: benchS3 },
};
