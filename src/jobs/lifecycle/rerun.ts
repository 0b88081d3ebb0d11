/** Running a job again: what is computed anew, and what an earlier run did and this one builds on. */
import { DarkroomError } from '../../errors.ts';
import type { Job } from '../model/job.ts';
import type { RunInput } from '../model/run-input.ts';
import { invalid } from '../submit/validation.ts';

export interface RerunRequest {
  /** The first stage that is computed anew; all of them when left out. */
  readonly from?: string | undefined;
  /** `failed`: only what failed is fetched and computed again, and added to what there is. */
  readonly assets?: 'failed' | undefined;
}

/**
 * The input of the next run. Assets that are here are not fetched again; those that could not be fetched are, unless the
 * stages that would need them are kept. `anew`: nothing is there any more to build on. Throws invalid_request.
 */
export function buildRerunInput(
  earlier: RunInput,
  job: Job,
  { from, assets }: RerunRequest,
  anew: boolean,
): RunInput {
  const run = job.run + 1;
  if (from !== undefined && assets !== undefined)
    throw invalid([{ pointer: '/assets', detail: 'cannot be given together with from' }]);
  const names = earlier.stages.map(({ name }) => name);
  const first = from === undefined ? 0 : names.indexOf(from);
  if (first < 0) {
    const detail = `${job.operation} has no stage "${from}"; it has ${names.join(', ')}`;
    throw invalid([{ pointer: '/from', detail }]);
  }
  if (earlier.awaiting !== null) {
    throw new DarkroomError(
      'job_not_rerunnable',
      `Job "${job.id}" ended before its assets were complete; submit it again`,
    );
  }
  return {
    ...earlier,
    run,
    requestedAt: new Date().toISOString(),
    refetch: from === undefined || anew,
    stages: earlier.stages.map((stage, index) => {
      if (anew) return { ...stage, run, retriesFailuresOf: null };
      if (index < first) return { ...stage, retriesFailuresOf: null };
      // A stage that takes all assets together has nothing to add to.
      return { ...stage, run, retriesFailuresOf: assets === 'failed' && stage.perAsset ? stage.run : null };
    }),
    result: job.result,
  };
}
