/** Estimates steps from completed ones of the same operation. */
import type { StepEstimate } from '../model/job-plan.ts';
import { PIPELINE } from '../model/pipeline-names.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';

/** Samples needed for an estimate. */
const MIN_SAMPLES = 3;

/** Samples with as many inputs up to this ratio count first; others are scaled. */
const MAX_RATIO = 2;

/** A completed step. */
interface StepSample {
  readonly operation: string;
  readonly inputs: number;
  /** Null: a part of its results was copied from an earlier job, so that the time says nothing about the work. */
  readonly seconds: number | null;
  /** Null: of a job with several steps, in which these are not known for each. */
  readonly files: number | null;
  readonly bytes: number | null;
}

export class StepSamples {
  readonly #samples: readonly StepSample[];

  constructor(finished: readonly JobSnapshot[]) {
    this.#samples = finished.flatMap(toSamples);
  }

  /** Reads samples of these operations. */
  static async read(
    runtime: Pick<JobRuntime, 'finished'>,
    tenant: string,
    operations: Iterable<string>,
  ): Promise<StepSamples> {
    const names = [...new Set([...operations, PIPELINE])];
    return new StepSamples((await Promise.all(names.map((name) => runtime.finished(tenant, name)))).flat());
  }

  /** @param inputs Null: unknown. */
  estimate(operation: string, inputs: number | null): StepEstimate {
    const samples = this.#samples.filter((sample) => sample.operation === operation);
    const scale = (field: 'seconds' | 'files' | 'bytes') => scaleMedian(samples, field, inputs);
    const [seconds, files, bytes] = [scale('seconds'), scale('files'), scale('bytes')];
    return {
      inputs,
      files: files === null ? null : Math.round(files),
      seconds: seconds === null ? null : Math.round(seconds * 100) / 100,
      bytes: bytes === null ? null : Math.round(bytes),
    };
  }
}

function toSamples({ job: { steps, result, usage, run } }: JobSnapshot): StepSample[] {
  return steps.flatMap(({ operation, state, started_at, completed_at, inputs: { total, reused } }) => {
    if (state !== 'completed' || !started_at || !completed_at || total === null || run > 1) return [];
    const isOnly = steps.length === 1;
    // A step without inputs has nothing to count: the figure of the job says whether it may have copied.
    const hasCopied = reused > 0 || ((isOnly || total === 0) && usage.reused_seconds > 0);
    const seconds = hasCopied ? null : (Date.parse(completed_at) - Date.parse(started_at)) / 1000;
    const files = isOnly ? (result?.files ?? 0) : null;
    return [{ operation, inputs: total, seconds, files, bytes: isOnly ? usage.bytes_out : null }];
  });
}

/** Scales the figures of samples by their number of inputs. Of jobs without inputs, the figures themselves count. */
function scaleMedian(
  samples: readonly StepSample[],
  field: 'seconds' | 'files' | 'bytes',
  inputs: number | null,
): number | null {
  if (inputs === null) return null;
  const known = samples.flatMap((sample) => {
    const figure = sample[field];
    if (figure === null || (sample.inputs === 0) !== (inputs === 0)) return [];
    return [{ ratio: inputs === 0 ? 1 : inputs / sample.inputs, figure }];
  });
  const similar = known.filter(({ ratio }) => Math.abs(Math.log(ratio)) <= Math.log(MAX_RATIO));
  const usable = similar.length >= MIN_SAMPLES ? similar : known;
  if (usable.length < MIN_SAMPLES) return null;
  const figures = usable.map(({ ratio, figure }) => ratio * figure).sort((a, b) => a - b);
  return figures[Math.floor(figures.length / 2)] ?? null;
}
