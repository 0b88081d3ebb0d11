/** Plans the steps of a run: what each computes, and about how long it takes. */
import type { JobPlan, StepPlan } from '../model/job-plan.ts';
import { ASSETS } from '../model/pipeline-names.ts';
import type { StepSamples } from './step-samples.ts';

/** A step before it is estimated. */
export interface UnestimatedStep extends Omit<StepPlan, 'estimate'> {
  /** Inputs that it computes, if they are known from an earlier run; undefined: those of the steps that it uses. */
  readonly inputs?: number | null | undefined;
}

const computesNothing = ({ stages }: Pick<StepPlan, 'stages'>): boolean =>
  stages.every(({ computes }) => computes === 'nothing');

/**
 * Estimates the steps, and all of them together.
 *
 * @param steps in an order in which each follows those that it uses
 * @param assets null: more may follow
 */
export function planSteps(
  steps: readonly UnestimatedStep[],
  { assets, results, samples }: { assets: number | null; results: readonly string[]; samples: StepSamples },
): Pick<JobPlan, 'steps' | 'estimate' | 'notes'> {
  const planned = new Map<string, StepPlan>();
  const ends = new Map<string, number | null>([[ASSETS, 0]]);
  for (const { inputs: known, ...step } of steps) {
    const counts = step.use.map((name) =>
      name === ASSETS ? assets : (planned.get(name)?.estimate.files ?? null),
    );
    const inputs = known === undefined ? sum(counts) : known;
    const nothing = computesNothing(step);
    const estimated = samples.estimate(step.operation, inputs);
    const estimate = nothing ? { ...estimated, seconds: 0 } : estimated;
    planned.set(step.name, { ...step, estimate });
    const begin = latest(step.use.map((name) => ends.get(name) ?? null));
    ends.set(step.name, begin === null || estimate.seconds === null ? null : begin + estimate.seconds);
  }
  const all = [...planned.values()];
  const seconds = latest(all.map(({ name }) => ends.get(name) ?? null));
  const bytes = sum(results.map((name) => planned.get(name)?.estimate.bytes ?? null));
  return {
    steps: all,
    estimate: { seconds: seconds === null ? null : Math.round(seconds * 100) / 100, bytes },
    notes: describeUnknown(all),
  };
}

function describeUnknown(steps: readonly StepPlan[]): string[] {
  const list = (names: readonly StepPlan[]) => names.map(({ name }) => name).join(', ');
  const slow = steps.filter(({ estimate }) => estimate.seconds === null);
  const large = steps.filter(({ estimate }) => estimate.bytes === null);
  const conditional = steps.filter(({ when }) => when !== undefined);
  const why = 'fewer than three comparable jobs of this tenant have completed lately';
  return [
    ...(slow.length > 0 ? [`The time of these steps is unknown, because ${why}: ${list(slow)}`] : []),
    ...(large.length > 0
      ? [`The size of the files of these steps is unknown, because ${why}: ${list(large)}`]
      : []),
    ...(conditional.length > 0
      ? [
          `How many inputs meet the conditions of these steps is not known; all are counted: ${list(conditional)}`,
        ]
      : []),
  ];
}

/** Null if one is unknown. */
const sum = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>(
    (total, number) => (total === null || number === null ? null : total + number),
    0,
  );

/** Null if one is unknown. */
const latest = (times: readonly (number | null)[]): number | null =>
  times.reduce<number | null>(
    (last, time) => (last === null || time === null ? null : Math.max(last, time)),
    0,
  );
