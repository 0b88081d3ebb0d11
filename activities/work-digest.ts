/** A digest of all that decides the results of a stage. Equal work of a tenant has the same. */
import { canonicalJson } from '../src/lib/canonical-json.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { StageWork } from './stage-work.ts';
import type { StageRunInput } from './types.ts';

/**
 * Returns a keyed digest, which reveals nothing; null if the results cannot be reused: the job or the operation does not permit it, an asset
 * is read in place or failed, or the stage adds to an earlier run.
 */
export async function digestWork(
  { keys, operationsVersion, reuse }: ActivityDependencies,
  { job, reuse: isPermitted }: StageRunInput,
  { operation, stage, params, retried, previousStage, inputs, leftOut }: StageWork,
): Promise<string | null> {
  const { name, deterministic, secrets = [], engine } = operation;
  if (!isPermitted || reuse === null || !deterministic || secrets.length > 0) return null;
  if (retried || leftOut.length > 0) return null;
  const assets = [];
  for (const { index, name, attributes, location, size, sha256 } of inputs) {
    // A file that is read in place may change at any time.
    if (location === null || 'path' in location || sha256 === null) return null;
    assets.push({ index, name, attributes, size, sha256 });
  }
  const workspace = previousStage.flatMap((checkpoint) =>
    checkpoint.workspace.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
  );
  const version = await operationsVersion();
  const decisive = {
    version,
    ...{ operation: name, engine, deterministic, stage: stage.name, params, assets, workspace },
  };
  return keys.fingerprints(`work of ${job.tenant}: ${canonicalJson(decisive)}`)[0];
}
