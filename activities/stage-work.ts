/** What a stage has to do, as far as it is known before any file is brought to this machine. */
import type { Operation, Stage, StageOutcome } from '../operations/operation.ts';
import { DarkroomError } from '../src/errors.ts';
import type { Checkpoint } from '../src/jobs/model/checkpoint.ts';
import { openParams } from '../src/jobs/model/secret-params.ts';
import type { AssetDownload } from '../src/jobs/ports/run-files.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { listStageInputs, readPreviousStage } from './stage-inputs.ts';
import type { StageRunInput } from './types.ts';

export interface StageWork {
  readonly operation: Operation<never>;
  readonly stage: Stage<never>;
  /** With secrets, and with defaults filled in. */
  readonly params: never;
  /** The checkpoint of an earlier run whose failed assets this one computes again. */
  readonly retried: Checkpoint | null;
  /** Checkpoints of the stage before. */
  readonly previousStage: readonly Checkpoint[];
  readonly inputs: readonly AssetDownload[];
  /** Assets that failed before the stage. */
  readonly leftOut: readonly StageOutcome[];
}

export async function readStageWork(
  deps: ActivityDependencies,
  input: StageRunInput,
  signal: AbortSignal,
): Promise<StageWork> {
  const { operation, stage, before } = findStage(deps, input);
  const retried = await readRetriedCheckpoint(deps, input, signal);
  const previousStage = before ? await readPreviousStage(deps, input, before, signal) : [];
  const { secrets = [] } = operation;
  const given = await openParams(input.params, secrets, (sealed) =>
    deps.archive.unseal(input.job, sealed, signal),
  );
  const params = operation.params.parse(given) as never;
  const listed = await listStageInputs(deps, input, previousStage, retried, signal);
  return { operation, stage, params, retried, previousStage, ...listed };
}

async function readRetriedCheckpoint(
  { stages }: ActivityDependencies,
  { job, step, stage, batch }: StageRunInput,
  signal: AbortSignal,
): Promise<Checkpoint | null> {
  const run = stage.retriesFailuresOf;
  if (!run || !batch) return null;
  const checkpoint = await stages.readCheckpoint({ job, step, stage: { ...stage, run }, batch }, signal);
  if (!checkpoint) return null;
  // What this run adds is computed.
  const { reusedMs: _, ...results } = checkpoint;
  return results;
}

function findStage(
  deps: ActivityDependencies,
  input: StageRunInput,
): { operation: Operation<never>; stage: Stage<never>; before: Stage<never> | undefined } {
  const operation = deps.operation(input.operation);
  const position = operation?.stages.findIndex(({ name }) => name === input.stage.name) ?? -1;
  const stage = operation?.stages[position];
  if (operation && stage) return { operation, stage, before: operation.stages[position - 1] };
  // Retried, because a worker of another version may know it.
  throw new DarkroomError(
    'operation_failed_for_now',
    `This worker does not know ${input.operation}, stage ${input.stage.name}`,
  );
}
