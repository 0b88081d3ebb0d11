/** Jobs and their results in the words of e2e3d, and what its callbacks say. */

import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import type { OpenFile, StoredResult } from '../../jobs/ports/job-archive.ts';
import type { CallbackNews } from '../callback-body.ts';

export type E2e3dStatus = 'submitted' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled';

const words: Readonly<Record<JobState, E2e3dStatus>> = {
  created: 'submitted',
  queued: 'queued',
  downloading: 'processing',
  waiting: 'queued',
  processing: 'processing',
  packaging: 'processing',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** What goes on before and after the operation's own stages, by the name of the nearest of those. */
const stages: Partial<Record<JobState, string>> = {
  downloading: 'image_preparation',
  packaging: 'model_export',
};

interface E2e3dJob {
  readonly job_id: string;
  readonly status: E2e3dStatus;
  /** 0 to 100, whole. */
  readonly progress: number;
  readonly stage: string | null;
  readonly start_time: string | null;
  readonly estimated_completion: string | null;
  readonly error: string | null;
  readonly paused: boolean;
}

export const e2e3dStatus = (state: JobState): E2e3dStatus => words[state];

/** `end`: when it is expected to end, ISO 8601; null when that is not known. */
export const e2e3dJob = (job: Job, end: string | null = null): E2e3dJob => ({
  job_id: job.id,
  status: words[job.state],
  progress: Math.floor(job.progress),
  stage: job.stage ?? stages[job.state] ?? null,
  start_time: wholeSeconds(job.started_at),
  estimated_completion: wholeSeconds(end),
  error: job.error?.message ?? null,
  paused: job.paused,
});

/** As its clients read times: without fractions. */
const wholeSeconds = (time: string | null): string | null => time?.replace(/\.\d+Z$/, 'Z') ?? null;

/** What a file is called, by its place among the results. Further results, should there be any, have no name here. */
const names: Readonly<Record<string, string>> = {
  'mesh/reconstructed_mesh.obj': 'mesh',
  'textures/texture.png': 'texture',
  'pointcloud/pointcloud.ply': 'pointcloud',
  'metadata.json': 'metadata',
  'mesh/reconstructed_mesh.mtl': 'material',
  'reconstructed_model.glb': 'model',
  'preview.png': 'preview',
};

/** Seconds for which an address in the object store is good. */
export const LINK_SECONDS = 24 * 60 * 60;

interface E2e3dResults {
  readonly job_id: string;
  readonly status: E2e3dStatus;
  readonly output_dir: string;
  /** Name → path on this server. */
  readonly files: Readonly<Record<string, string>>;
  /** Name → address in the object store; where that has none, on this server. */
  readonly minio_urls: Readonly<Record<string, string>>;
}

export const outputPath = (id: string, path: string): string =>
  `/output/${id}/${path.split('/').map(encodeURIComponent).join('/')}`;

export async function e2e3dResults(
  { id, state }: Job,
  { files }: StoredResult,
  publicUrl: string,
): Promise<E2e3dResults> {
  const named = Object.entries(names).flatMap(([place, name]): [string, OpenFile][] => {
    const file = files.find(({ entry }) => entry.path === place);
    return file ? [[name, file]] : [];
  });
  const paths = named.map(([name, { entry }]) => [name, outputPath(id, entry.path)] as const);
  const urls = named.map(async ([name, { entry, link }]) => {
    const url = (await link(LINK_SECONDS)) ?? publicUrl + outputPath(id, entry.path);
    return [name, url] as const;
  });
  return {
    job_id: id,
    status: words[state],
    output_dir: `${publicUrl}/output/${id}`,
    files: Object.fromEntries(paths),
    minio_urls: Object.fromEntries(await Promise.all(urls)),
  };
}

/** The status, and the results as `GET …/results` gives them. */
export async function e2e3dBody({ job, publicUrl, result }: CallbackNews): Promise<unknown> {
  const found = await result();
  return { ...e2e3dJob(job), results: found && (await e2e3dResults(job, found, publicUrl)) };
}
