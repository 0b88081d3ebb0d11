/** Jobs as image-web's clients know them. */
import { z } from 'zod';
import { DarkroomError } from '../../errors.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import type { OpenFile, StoredResult } from '../../jobs/ports/job-archive.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';

export const NAME = 'image-web';

/** The label that names the ignored fields of a form. */
export const IGNORED_FIELDS = 'ignored_fields';

type WebStatus = 'pending' | 'processing' | 'completed' | 'failed';

const statusByState: Readonly<Record<JobState, WebStatus>> = {
  created: 'pending',
  queued: 'pending',
  downloading: 'processing',
  waiting: 'pending',
  processing: 'processing',
  packaging: 'processing',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
};

export const webJob = z
  .object({
    job_id: z.string().meta({ example: '88cf3e0e-9df3-4e2a-9638-72660958344f' }),
    status: z.enum(['pending', 'processing', 'completed', 'failed']),
    message: z
      .string()
      .meta({ description: 'A sentence; for a failed job, the reason', example: 'The output is ready' }),
    progress: z.number().min(0).max(100),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    location: z.string().meta({
      description: 'As in the header: the address of the status or, once completed, of the output',
      example: '/jobs/88cf3e0e-9df3-4e2a-9638-72660958344f/output',
    }),
    output: z
      .string()
      .nullable()
      .meta({ description: 'Address of the output; null until the job is completed' }),
  })
  .meta({ id: 'ImageWebJob' });

export const failure = z
  .object({
    message: z.string().meta({ example: 'There is no job "88cf3e0e"' }),
    code: z.string().meta({ example: 'job_not_found' }),
  })
  .meta({ id: 'ImageWebFailure' });

/** Returns the path of a job within this server. */
export const jobPath = (id: string): string => `/jobs/${id}`;

/**
 * Returns a job as the API shows it.
 *
 * @param basePath the path of DARKROOM_PUBLIC_URL
 */
export function toWebJob(
  { job, timeline }: Pick<JobSnapshot, 'job' | 'timeline'>,
  basePath: string,
): z.infer<typeof webJob> {
  const self = basePath + jobPath(job.id);
  const output = job.state === 'completed' ? `${self}/output` : null;
  return {
    job_id: job.id,
    status: statusByState[job.state],
    message: describe(job),
    progress: job.progress,
    created_at: job.created_at,
    updated_at: timeline.at(-1)?.at ?? job.created_at,
    location: output ?? self,
    output,
  };
}

function describe({ state, paused, error, labels }: Job): string {
  if (error) return error.message;
  if (state === 'cancelled') return 'The job was cancelled';
  if (paused) return 'The job is paused';
  const sentences: Readonly<Record<WebStatus, string>> = {
    pending: 'The job waits for its turn',
    processing: 'The image is being processed',
    completed: 'The output is ready',
    failed: 'The job failed',
  };
  const ignored = labels[IGNORED_FIELDS];
  return sentences[statusByState[state]] + (ignored ? `. These form fields were ignored: ${ignored}` : '');
}

/**
 * Returns the first image of a result; without images its JSON, or its first file.
 *
 * @throws file_not_found
 */
export function findOutput({
  manifest,
  files,
}: StoredResult): { readonly file: OpenFile } | { readonly data: unknown } {
  const image = files.find(({ entry }) => entry.media_type.startsWith('image/'));
  if (image) return { file: image };
  if (manifest.kind === 'json') return { data: manifest.data };
  const [first] = files;
  if (first) return { file: first };
  throw new DarkroomError('file_not_found', `Job "${manifest.id}" made no image`);
}
