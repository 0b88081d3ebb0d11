/** Lists the inputs of a step that uses other steps or has a condition, so that an operation finds them as it finds assets. */
import { basename } from 'node:path';
import { DarkroomError } from '../src/errors.ts';
import { splitIntoBatches } from '../src/jobs/model/batch.ts';
import { matchesMediaType } from '../src/jobs/model/media-type.ts';
import type { AssetDownload, InputCounts } from '../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { mediaTypeOf } from '../src/lib/media-type.ts';
import type { ActivityRun } from './activity-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { selectInputs } from './select-inputs.ts';
import { listFailures, originOf, readCheckpoints, readInputs } from './step-files.ts';
import type { CollectInput, CollectResult, UsedStep } from './types.ts';
import { WRITE_CONCURRENCY } from './workspace.ts';

/** Names of skipped inputs that a note has. */
const NAMED_INPUTS = 10;

type Unnumbered = Omit<AssetDownload, 'index'>;

/**
 * Writes the list of inputs of a step, unless an earlier attempt or run has written it.
 *
 * @throws DarkroomError `too_few_assets`, `too_many_assets`, or `all_assets_failed` when no input can be used
 */
export async function collectInputs(
  deps: ActivityDependencies,
  input: CollectInput,
  { signal, startedAt }: ActivityRun,
): Promise<CollectResult> {
  const { job, collected, sources, sizes } = input;
  const existing = await deps.assets.readCounts(job, collected, signal);
  if (existing) return toResult(existing, startedAt);
  const found: Unnumbered[] = [];
  for (const source of sources)
    found.push(
      ...('assets' in source
        ? await listAssets(deps, input, source, signal)
        : await listFiles(deps, input, source, signal)),
    );
  const { selected, skipped } = await selectInputs(deps, input, number(found), signal);
  const inputs = number(selected);
  if (inputs.length > 0 || !(skipped.length > 0 || (await usesEmptyStep(deps, input, signal))))
    checkInputs(input, inputs, skipped.length > 0);
  const batches = splitIntoBatches({ chunkEnds: [inputs.length], sizes });
  await mapConcurrent(batches, { concurrency: WRITE_CONCURRENCY, signal }, (batch, stop) =>
    deps.assets.writeBatch({ ...job, collected }, batch, inputs.slice(batch.from, batch.to), stop),
  );
  const counts: InputCounts = {
    total: inputs.length,
    failed: inputs.filter(({ error }) => error !== null).length,
    skipped: skipped.length,
    skippedNames: skipped.slice(0, NAMED_INPUTS),
  };
  await deps.assets.writeCounts(job, collected, counts, signal);
  return toResult(counts, startedAt);
}

const toResult = ({ total, failed, skipped }: InputCounts, startedAt: number): CollectResult => ({
  total,
  failed,
  skipped,
  startedAt,
});

const number = (inputs: readonly Unnumbered[]): AssetDownload[] =>
  inputs.map((entry, index) => ({ ...entry, index }));

/** Whether conditions left a used step without inputs, so that it gave no files. */
async function usesEmptyStep(
  { assets }: ActivityDependencies,
  { job, sources }: CollectInput,
  signal: AbortSignal,
): Promise<boolean> {
  for (const source of sources) {
    const collected = 'assets' in source ? null : source.collected;
    if (collected && (await assets.readCounts(job, collected, signal))?.total === 0) return true;
  }
  return false;
}

async function listAssets(
  deps: ActivityDependencies,
  { job }: CollectInput,
  { assets: layout }: { readonly assets: UsedStep['layout'] },
  signal: AbortSignal,
): Promise<Unnumbered[]> {
  const assets = await readInputs(deps, job, { collected: null, layout }, signal);
  return assets.map(({ index, ...asset }) => ({ ...asset, asset: index }));
}

/** The files of a step that the operation takes, in the order of the result; then the inputs that the step could not use. */
async function listFiles(
  deps: ActivityDependencies,
  { job, accepts }: CollectInput,
  used: UsedStep,
  signal: AbortSignal,
): Promise<Unnumbered[]> {
  const inputs = await readInputs(deps, job, used, signal);
  const checkpoints = await readCheckpoints(deps, job, used, signal);
  const failures = listFailures(checkpoints);
  const byIndex = new Map(inputs.map((entry) => [entry.index, entry]));
  const files = checkpoints
    .flatMap(({ outputs }) => outputs)
    .filter(({ path }) => matchesMediaType(mediaTypeOf(path), accepts.media))
    .map(({ path, key, size, sha256, asset }): Unnumbered => {
      const source = asset === null ? undefined : byIndex.get(asset);
      return {
        name: basename(path),
        attributes: source?.attributes ?? {},
        location: { key },
        size,
        sha256,
        error: null,
        asset: source ? originOf(source) : null,
      };
    });
  const failed = inputs.flatMap((entry): Unnumbered[] => {
    const error = entry.error ?? failures.get(entry.index) ?? null;
    if (error === null) return [];
    const { name, attributes } = entry;
    return [{ name, attributes, location: null, size: null, sha256: null, error, asset: originOf(entry) }];
  });
  return [...files, ...failed];
}

function checkInputs({ accepts }: CollectInput, inputs: readonly AssetDownload[], hasSkipped: boolean): void {
  const { min, max, media } = accepts;
  const usable = inputs.filter(({ error }) => error === null).length;
  const which = hasSkipped ? ' that meet its condition' : '';
  const first = inputs.find(({ error }) => error !== null)?.error;
  if (usable === 0 && min > 0 && first)
    throw new DarkroomError(
      'all_assets_failed',
      `None of its ${inputs.length} inputs could be used; the first: ${first.message}`,
    );
  if (usable < min)
    throw new DarkroomError(
      'too_few_assets',
      `It takes at least ${min} files of the types ${media.join(', ')}, and got ${usable}${which}`,
    );
  if (inputs.length > max)
    throw new DarkroomError(
      'too_many_assets',
      `It takes at most ${max} files, and got ${inputs.length}${which}`,
    );
}
