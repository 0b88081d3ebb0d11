/** Reads the request that a job was made from. */
import type { Job } from '../model/job.ts';
import { type RequestView, SHOWN_ASSETS, toRequestView } from '../model/request-view.ts';
import type { AssetChunk, JobInputs, RunInput } from '../model/run-input.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import { type FindDependencies, findRunInput } from './find-job.ts';

export interface ReadRequestDependencies extends FindDependencies {
  readonly archive: Pick<JobArchive, 'record' | 'isDeleted' | 'unseal'>;
}

/** @throws job_not_rerunnable when the request is no longer stored. */
export async function readRequest(dependencies: ReadRequestDependencies, job: Job): Promise<RequestView> {
  const runInput = await findRunInput(dependencies, job);
  const unseal = async (part: RunInput['callback'] | AssetChunk): Promise<JobInputs> => ({
    assets: [],
    callback: null,
    ...('sealed' in part ? await dependencies.archive.unseal(job, part) : part),
  });
  const inputs: JobInputs[] = [];
  let count = 0;
  for (const chunk of runInput.chunks) {
    if (count >= SHOWN_ASSETS) break;
    inputs.push(await unseal(chunk));
    count += chunk.count;
  }
  return toRequestView(runInput, inputs, (await unseal(runInput.callback)).callback);
}
