/** Checkpoints of stages: which parts a stage has, and how a rerun adds to the checkpoint of an earlier run. */
import { type Batch, type BatchLayout, splitIntoBatches } from '../src/jobs/model/batch.ts';
import type { Checkpoint } from '../src/jobs/model/checkpoint.ts';

/** The batches of a stage; `[null]` when it takes all assets at once. */
export const splitParts = (
  stage: { perAsset?: boolean | undefined },
  layout: BatchLayout,
): (Batch | null)[] => (stage.perAsset ? splitIntoBatches(layout) : [null]);

/** Adds what a rerun made of the assets that had failed in an earlier run. */
export function mergeCheckpoint(previous: Checkpoint, added: Checkpoint): Checkpoint {
  const retried = new Set(added.inputs);
  const outputs = [...previous.outputs, ...added.outputs];
  return {
    ...previous,
    ...added,
    inputs: [...new Set([...previous.inputs, ...added.inputs])].sort((a, b) => a - b),
    outputs: outputs.sort((a, b) => (a.asset ?? 0) - (b.asset ?? 0)),
    workspace: [...previous.workspace, ...added.workspace],
    notes: [...previous.notes.filter(({ asset }) => asset === null || !retried.has(asset)), ...added.notes],
    failures: [...previous.failures.filter(({ index }) => !retried.has(index)), ...added.failures],
  };
}
