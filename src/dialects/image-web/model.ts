/** Jobs in the words of image-web. */
import { z } from 'zod';
import { DarkroomError } from '../../errors.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import type { OpenFile, StoredResult } from '../../jobs/ports/job-archive.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';

export const NAME = 'image-web';

type Word = 'pending' | 'processing' | 'completed' | 'failed';

const words: Readonly<Record<JobState, Word>> = {
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
    message: z.string().meta({ description: 'Of a job that failed: why', example: 'The output is ready' }),
    progress: z.number().min(0).max(100),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    location: z.string().meta({
      description: 'As in the header: where its status is, and once it is completed, its output',
      example: '/jobs/88cf3e0e-9df3-4e2a-9638-72660958344f/output',
    }),
    output: z.string().nullable().meta({ description: 'Where its output is; null until it is completed' }),
  })
  .meta({ id: 'ImageWebJob' });

export const failure = z
  .object({
    message: z.string().meta({ example: 'There is no job "88cf3e0e"' }),
    code: z.string().meta({ example: 'job_not_found' }),
  })
  .meta({ id: 'ImageWebFailure' });

export const pathOf = (id: string): string => `/jobs/${id}`;

export function viewOf({ job, timeline }: Pick<JobSnapshot, 'job' | 'timeline'>): z.infer<typeof webJob> {
  const self = pathOf(job.id);
  const output = job.state === 'completed' ? `${self}/output` : null;
  return {
    job_id: job.id,
    status: words[job.state],
    message: messageOf(job),
    progress: job.progress,
    created_at: job.created_at,
    updated_at: timeline.at(-1)?.at ?? job.created_at,
    location: output ?? self,
    output,
  };
}

function messageOf({ state, paused, error }: Job): string {
  if (error) return error.message;
  if (state === 'cancelled') return 'The job was cancelled';
  if (paused) return 'The job is paused';
  const sentences: Readonly<Record<Word, string>> = {
    pending: 'The job waits for its turn',
    processing: 'The image is being processed',
    completed: 'The output is ready',
    failed: 'The job failed',
  };
  return sentences[words[state]];
}

/** The first image; of an operation that makes none, its JSON or its first file. Throws file_not_found. */
export function outputOf({
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
