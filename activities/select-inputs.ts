/** Selects the inputs of a step that meet its condition. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '../src/errors.ts';
import { type Condition, ConditionError, parseCondition } from '../src/jobs/conditions/condition.ts';
import { contentFacts, type InputFacts } from '../src/jobs/conditions/facts.ts';
import type { AssetDownload } from '../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { mediaTypeOf } from '../src/lib/media-type.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { toJobError } from './job-error.ts';
import { bringInputs } from './stage-inputs.ts';
import type { CollectInput } from './types.ts';
import { READ_CONCURRENCY } from './workspace.ts';

type Selection = Pick<CollectInput, 'job' | 'when' | 'skipFailedAssets'>;

/**
 * Returns the inputs that meet the condition, and those that cannot be used, in their order; and the names of the others.
 *
 * @throws DarkroomError about the first input whose facts or condition cannot be told, unless the step goes on without it
 */
export async function selectInputs(
  deps: ActivityDependencies,
  selection: Selection,
  inputs: readonly AssetDownload[],
  signal: AbortSignal,
): Promise<{ readonly selected: readonly AssetDownload[]; readonly skipped: readonly string[] }> {
  if (selection.when === null) return { selected: inputs, skipped: [] };
  const condition = parseCondition(selection.when);
  if ('fault' in condition) throw new DarkroomError('condition_failed', `The condition ${condition.fault}`);
  const selected = await mapConcurrent(inputs, { concurrency: READ_CONCURRENCY, signal }, (input, stop) =>
    select(deps, selection, condition, input, stop),
  );
  return {
    selected: selected.filter((input) => input !== null),
    skipped: inputs.flatMap(({ name }, at) => (selected[at] === null ? [name] : [])),
  };
}

/** Null when the input does not meet the condition. */
async function select(
  deps: ActivityDependencies,
  { job, skipFailedAssets }: Selection,
  condition: Condition,
  input: AssetDownload,
  signal: AbortSignal,
): Promise<AssetDownload | null> {
  if (input.error !== null) return input;
  try {
    const facts = await readFacts(deps, job.tenant, condition, input, signal);
    return isMet(condition, facts) ? input : null;
  } catch (error) {
    signal.throwIfAborted();
    if (!skipFailedAssets || !(error instanceof DarkroomError) || error.retryable) throw error;
    return { ...input, location: null, size: null, sha256: null, error: toJobError(error) };
  }
}

function isMet(condition: Condition, facts: InputFacts): boolean {
  try {
    return condition.isMet(facts);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const message = `The condition cannot be evaluated for "${facts.name}": ${error.message}`;
    throw new DarkroomError('condition_failed', message, { details: { input: facts.name } });
  }
}

/** Brings the bytes to this machine only if the condition asks for what they tell. */
async function readFacts(
  { stages, pictures, readPictureFacts, workDir }: ActivityDependencies,
  tenant: string,
  { uses }: Condition,
  input: AssetDownload,
  signal: AbortSignal,
): Promise<InputFacts> {
  const { name, attributes, size } = input;
  const facts = { name, size: size ?? 0, attributes, media_type: mediaTypeOf(name) };
  const unreadable = { ...facts, width: 0, height: 0, orientation: 0 };
  if (!contentFacts.some((fact) => uses.has(fact))) return unreadable;
  const directory = join(workDir, randomUUID());
  try {
    const [file] = await bringInputs(stages, [input], { directory, areNeeded: () => true }, signal);
    const found = file && (await readPictureFacts(pictures.forTenant(tenant), file, signal));
    if (!found) return unreadable;
    const { media_type, width, height, orientation } = found;
    return { ...facts, media_type, width, height, orientation: orientation ?? 1 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
