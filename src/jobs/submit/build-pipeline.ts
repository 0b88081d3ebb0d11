/** Builds the steps of a job from a request, and checks them. Errors name each invalid field. */
import { parseCondition } from '../conditions/condition.ts';
import { type JobSpec, MAX_JOB_ASSETS } from '../model/job-spec.ts';
import { mayShareMediaType } from '../model/media-type.ts';
import { MAX_DEPTH, type StepSpec } from '../model/pipeline.ts';
import { ASSETS, ONLY_STEP, PIPELINE } from '../model/pipeline-names.ts';
import type { OperationCatalogue, PlannableOperation } from '../ports/operation-catalogue.ts';
import { type FieldError, toPointer } from '../validation/invalid-request.ts';

export interface PlannedStep {
  readonly name: string;
  /** Where the request has it; empty for a job with `operation`. */
  readonly pointer: string;
  readonly operation: PlannableOperation;
  /** With defaults filled in. */
  readonly params: Record<string, unknown>;
  readonly use: readonly string[];
  /** Condition on its inputs; null: it takes all. */
  readonly when: string | null;
  readonly onError: StepSpec['on_error'];
  /** Null: as the job says. */
  readonly reuse: boolean | null;
}

/** The steps of a job that was submitted with `operation` or `steps`. */
export interface Pipeline {
  /** The operation of the job. */
  readonly operation: string;
  /** Each step follows those that it uses. */
  readonly steps: readonly PlannedStep[];
  /** Names of the steps whose files are the result. */
  readonly results: readonly string[];
}

/** How many assets a step can be given. With a condition, it may take fewer of them. */
export function assetLimits({ operation, when }: PlannedStep): {
  readonly min: number;
  readonly max: number;
} {
  const { min, max } = operation.info.inputs;
  return when === null ? { min, max } : { min: Math.min(min, 1), max: MAX_JOB_ASSETS };
}

/** Reports an invalid field. */
type Report = (pointer: string, detail: string) => void;

/** The operations of a pipeline, each once. */
export const listOperations = ({ steps }: Pipeline): PlannableOperation[] => [
  ...new Set(steps.map(({ operation }) => operation)),
];

/** @returns The steps, and all invalid fields. No steps when an operation or the graph is unknown. */
export function buildPipeline(
  spec: JobSpec,
  operations: OperationCatalogue,
): { readonly pipeline: Pipeline | null; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const report: Report = (pointer, detail) => errors.push({ pointer, detail });
  if (spec.steps !== undefined) return { pipeline: buildGraph(spec, spec.steps, operations, report), errors };
  const { operation, params, results } = spec;
  if (results !== undefined) report('/results', 'belongs to a request with `steps`');
  if (operation === undefined) report('/operation', 'is required, unless the request has `steps`');
  const step =
    operation === undefined ? null : planStep(ONLY_STEP, '', { operation, params }, operations, report);
  return {
    pipeline: step && { operation: step.operation.info.name, steps: [step], results: [ONLY_STEP] },
    errors,
  };
}

/** Null when an operation is unknown, or the graph has errors. */
function buildGraph(
  { operation, params, results }: JobSpec,
  specs: Readonly<Record<string, StepSpec>>,
  operations: OperationCatalogue,
  report: Report,
): Pipeline | null {
  if (operation !== undefined) report('/operation', 'cannot be given together with `steps`');
  if (Object.keys(params).length > 0) report('/params', 'belongs to a step: /steps/NAME/params');
  const names = Object.keys(specs);
  checkNames(names, report);
  const planned = Object.entries(specs).flatMap(
    ([name, spec]) => planStep(name, toPointer(['steps', name]), spec, operations, report) ?? [],
  );
  const used = new Set(planned.flatMap(({ use }) => use));
  const chosen = results ?? names.filter((name) => !used.has(name));
  const areUsesKnown = planned.map((step) => checkUse(step, names, report)).every(Boolean);
  const sorted = areUsesKnown && planned.length === names.length ? sortSteps(planned, report) : null;
  // Without results of the client, each step of a circle is used by another one.
  if (results) checkResults(results, names, report);
  for (const step of sorted ?? []) checkKinds(step, sorted ?? [], report);
  return sorted && { operation: PIPELINE, steps: sorted, results: chosen };
}

/** Null when the operation is unknown. */
function planStep(
  name: string,
  pointer: string,
  spec: Pick<StepSpec, 'operation' | 'params'> &
    Partial<Pick<StepSpec, 'use' | 'when' | 'on_error' | 'reuse'>>,
  operations: OperationCatalogue,
  report: Report,
): PlannedStep | null {
  const operation = operations.find(spec.operation);
  if (!operation) {
    const known = operations.list().map((info) => info.name);
    report(
      `${pointer}/operation`,
      `there is no operation "${spec.operation}"; there are ${known.join(', ')}`,
    );
    return null;
  }
  const parsed = operation.parse(spec.params);
  if (!parsed.ok)
    for (const error of parsed.errors) report(`${pointer}/params${error.pointer}`, error.detail);
  const params = parsed.ok ? parsed.params : {};
  const use = spec.use ?? (operation.info.inputs.max === 0 ? [] : [ASSETS]);
  const { when = null, on_error: onError = 'fail', reuse = null } = spec;
  if (when !== null) checkCondition(`${pointer}/when`, when, use, report);
  return { name, pointer, operation, params, use, when, onError, reuse };
}

function checkCondition(pointer: string, when: string, use: readonly string[], report: Report): void {
  const condition = parseCondition(when);
  if ('fault' in condition) report(pointer, condition.fault);
  if (use.length === 0) report(pointer, 'must be left out, because the step takes no inputs');
}

/** Names of steps are folders of the result, and some file systems ignore case. */
function checkNames(names: readonly string[], report: Report): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      report(toPointer(['steps', name]), `differs from the step "${twin}" only in case; choose another name`);
    seen.set(name.toLowerCase(), name);
  }
}

/** Whether the step uses only steps that exist, and not itself. */
function checkUse(
  { name, pointer, operation, use }: PlannedStep,
  names: readonly string[],
  report: Report,
): boolean {
  const { inputs } = operation.info;
  if (use.length === 0 && inputs.min > 0)
    report(`${pointer}/use`, `must name "${ASSETS}" or a step, because ${operation.info.name} needs inputs`);
  if (use.length > 0 && inputs.max === 0)
    report(`${pointer}/use`, `must be empty, because ${operation.info.name} takes no inputs`);
  for (const [index, used] of use.entries()) {
    const at = `${pointer}/use/${index}`;
    if (use.indexOf(used) !== index) report(at, `names "${used}" a second time`);
    else if (used === name) report(at, 'names the step itself');
    else if (used !== ASSETS && !names.includes(used))
      report(at, `there is no step "${used}"; there are ${[ASSETS, ...names].join(', ')}`);
  }
  return use.every((used) => used !== name && (used === ASSETS || names.includes(used)));
}

/** Returns the steps so that each follows those that it uses; null when some use each other in a circle. */
function sortSteps(steps: readonly PlannedStep[], report: Report): readonly PlannedStep[] | null {
  const depths = new Map<string, number>([[ASSETS, 0]]);
  const sorted: PlannedStep[] = [];
  for (let left = [...steps]; left.length > 0; ) {
    const ready = left.filter(({ use }) => use.every((name) => depths.has(name)));
    if (ready.length === 0) {
      reportCycle(left, report);
      return null;
    }
    for (const step of ready)
      depths.set(step.name, 1 + Math.max(0, ...step.use.map((name) => depths.get(name) ?? 0)));
    sorted.push(...ready);
    left = left.filter((step) => !ready.includes(step));
  }
  const deepest = sorted.find(({ name }) => (depths.get(name) ?? 0) > MAX_DEPTH);
  if (!deepest) return sorted;
  report(
    deepest.pointer,
    `has ${MAX_DEPTH} steps before it; at most ${MAX_DEPTH} steps may follow each other`,
  );
  return null;
}

/** Names one circle, from one of its steps. `left`: each of them uses another of them. */
function reportCycle(left: readonly PlannedStep[], report: Report): void {
  const byName = new Map(left.map((step) => [step.name, step]));
  const path: string[] = [];
  let step = left[0];
  while (step && !path.includes(step.name)) {
    path.push(step.name);
    step = byName.get(step.use.find((name) => byName.has(name)) ?? '');
  }
  const circle = path.slice(path.indexOf(step?.name ?? ''));
  const first = byName.get(circle[0] ?? '');
  const index = first?.use.findIndex((name) => byName.has(name)) ?? 0;
  report(
    `${first?.pointer}/use/${index}`,
    `steps use each other in a circle: ${[...circle, circle[0]].join(' uses ')}`,
  );
}

/** A step must give files of a kind that the step which uses it takes. */
function checkKinds(
  { pointer, operation, use }: PlannedStep,
  steps: readonly PlannedStep[],
  report: Report,
): void {
  const { name, inputs } = operation.info;
  for (const [index, used] of use.entries()) {
    const info = steps.find((step) => step.name === used)?.operation.info;
    if (!info || inputs.max === 0 || mayShareMediaType(info.outputs, inputs.media)) continue;
    const detail = `${name} takes ${inputs.media.join(', ')}, and the step "${used}" (${info.name}) gives only ${info.outputs.join(', ')}`;
    report(`${pointer}/use/${index}`, detail);
  }
}

function checkResults(results: readonly string[], names: readonly string[], report: Report): void {
  for (const [index, name] of results.entries()) {
    if (results.indexOf(name) !== index) report(`/results/${index}`, `names "${name}" a second time`);
    else if (!names.includes(name))
      report(`/results/${index}`, `there is no step "${name}"; there are ${names.join(', ')}`);
  }
}
