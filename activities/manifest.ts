/** Builds the manifest of a run from the checkpoints of its steps. */
import { chunkEnds } from '../src/jobs/model/batch.ts';
import type { JobError, JobStep } from '../src/jobs/model/job.ts';
import type { AssetOutcome, ResultNote } from '../src/jobs/model/result.ts';
import { layoutInputs, type RunInput, type StepInput, toRunRef } from '../src/jobs/model/run-input.ts';
import type { StoredManifest } from '../src/jobs/ports/job-archive.ts';
import type { AssetDownload } from '../src/jobs/ports/run-files.ts';
import { mediaTypeOf } from '../src/lib/media-type.ts';
import { UniqueNames } from '../src/lib/unique-names.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { listFailures, originOf, readCheckpoints, readInputs } from './step-files.ts';

/** What a completed step gave, with assets of the job in place of inputs of the step. */
interface StepResult {
  readonly name: string;
  readonly data: unknown;
  readonly files: StoredManifest['files'];
  readonly failures: ReadonlyMap<number, JobError>;
  readonly notes: readonly ResultNote[];
  readonly engine: Readonly<Record<string, string>>;
}

/** @param statuses The steps as they ended. Only those that completed are read. */
export async function buildManifest(
  deps: ActivityDependencies,
  runInput: RunInput,
  statuses: readonly JobStep[],
  signal: AbortSignal,
): Promise<StoredManifest> {
  const { header, run, chunks, tuning, results } = runInput;
  const job = toRunRef(runInput);
  const layout = { chunkEnds: chunkEnds(chunks), sizes: tuning.batchSizes };
  const assets = await readInputs(deps, job, { collected: null, layout }, signal);
  const steps: StepResult[] = [];
  for (const step of runInput.steps) {
    const status = statuses.find(({ name }) => name === step.name);
    if (status?.state === 'completed')
      steps.push(await readStep(deps, runInput, step, status.inputs.total ?? 0, assets, signal));
  }
  const chosen = steps.filter(({ name }) => results.includes(name));
  const failures = new Map(steps.flatMap((step) => [...step.failures]));
  return {
    id: header.id,
    operation: header.operation,
    run,
    ...mergeData(chosen, results.length > 1),
    files: chosen.flatMap(({ name, files }) =>
      results.length > 1 ? files.map((file) => ({ ...file, path: `${name}/${file.path}` })) : files,
    ),
    assets: listAssets(assets, failures),
    notes: [...steps.flatMap(({ notes }) => notes), ...statuses.flatMap(describeFailedStep)],
    engine: Object.assign({}, ...steps.map(({ engine }) => engine)) as Record<string, string>,
  };
}

/** `inputCount`: of a step that takes files of other steps. */
async function readStep(
  deps: ActivityDependencies,
  runInput: RunInput,
  step: StepInput,
  inputCount: number,
  assets: readonly AssetDownload[],
  signal: AbortSignal,
): Promise<StepResult> {
  const operation = deps.operation(step.operation);
  if (!operation) throw new Error(`This worker does not know ${step.operation}`);
  const job = toRunRef(runInput);
  const { collected } = step;
  const { chunks, tuning } = runInput;
  const layout = layoutInputs(step, { chunks, collected: inputCount, sizes: tuning.batchSizes });
  const used = { step: step.name, stages: step.stages, collected, layout };
  const inputs = collected === null ? assets : await readInputs(deps, job, used, signal);
  const origins = new Map(inputs.map((input) => [input.index, originOf(input)]));
  const toAsset = (index: number | null) => (index === null ? null : (origins.get(index) ?? null));
  const checkpoints = await readCheckpoints(deps, job, used, signal);
  const failures = [...listFailures(checkpoints)].flatMap(([index, error]): [number, JobError][] => {
    const asset = toAsset(index);
    return asset === null ? [] : [[asset, error]];
  });
  // Names that were chosen more than once are numbered, as they were within a batch.
  const names = new UniqueNames();
  const notes = checkpoints.flatMap((checkpoint) => checkpoint.notes);
  return {
    name: step.name,
    data: checkpoints.findLast(({ data }) => data !== undefined)?.data,
    files: checkpoints
      .flatMap(({ outputs }) => outputs)
      .map(({ path: requested, key, size, sha256, crc32, asset }) => {
        const path = names.claim(requested);
        return { path, size, sha256, crc32, media_type: mediaTypeOf(path), asset: toAsset(asset), key };
      }),
    failures: new Map(failures),
    notes: [
      ...(await describeSkipped(deps, runInput, step, signal)),
      ...notes.map((note) => ({ ...note, asset: toAsset(note.asset) })),
    ],
    engine: operation.engine,
  };
}

/** A note on the inputs that do not meet the condition of a step. */
async function describeSkipped(
  { assets }: ActivityDependencies,
  runInput: RunInput,
  { name, collected, when }: StepInput,
  signal: AbortSignal,
): Promise<ResultNote[]> {
  if (when === null || collected === null) return [];
  const counts = await assets.readCounts(toRunRef(runInput), collected, signal);
  if (!counts || counts.skipped === 0) return [];
  const { skipped, total, skippedNames } = counts;
  const more = skipped > skippedNames.length ? ' and more' : '';
  const message = `Step "${name}" skipped ${skipped} of ${skipped + total} inputs, which do not meet its condition: ${skippedNames.join(', ')}${more}`;
  return [{ code: 'inputs_skipped', message, asset: null }];
}

/** The JSON value of the result; of several steps, an object by name of the step. */
function mergeData(steps: readonly StepResult[], areSeveral: boolean): Pick<StoredManifest, 'kind' | 'data'> {
  const withData = steps.filter(({ data }) => data !== undefined);
  const kind = withData.length > 0 && withData.length === steps.length ? 'json' : 'files';
  if (!areSeveral) return { kind, data: withData[0]?.data ?? null };
  const data = Object.fromEntries(withData.map(({ name, data }) => [name, data]));
  return { kind, data: withData.length > 0 ? data : null };
}

const listAssets = (
  assets: readonly AssetDownload[],
  failures: ReadonlyMap<number, JobError>,
): AssetOutcome[] =>
  assets.map(({ index, name, size, sha256, error: downloadError }) => {
    const error = downloadError ?? failures.get(index) ?? null;
    return { index, name, status: error ? 'failed' : 'ok', size, sha256, error };
  });

/** A note on a step whose files are missing in the result of a job that completed without it. */
function describeFailedStep({ name, state, error }: JobStep): ResultNote[] {
  if (state === 'failed')
    return [{ code: 'step_failed', message: `Step "${name}" failed: ${error?.message ?? ''}`, asset: null }];
  if (state !== 'skipped') return [];
  const message = `Step "${name}" was skipped, because a step that it uses failed`;
  return [{ code: 'step_skipped', message, asset: null }];
}
