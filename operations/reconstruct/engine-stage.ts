/** A stage of the engine `reconstruct`: one process, which continues from the workspace of the previous stage. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { DarkroomError, type ErrorCode } from '../../src/errors.ts';
import { workerDiskFull } from '../../src/lib/disk-full.ts';
import { type EngineExit, runEngine, wasKilled } from '../lib/engine-process.ts';
import { isSpaceLow } from '../lib/free-space.ts';
import type { Stage, StageContext } from '../operation.ts';
import type { ReconstructParams } from './params.ts';

/** Result files: the engine's name for each, and its path in the results. */
const files = {
  pointcloud: 'pointcloud/pointcloud.ply',
  mesh: 'mesh/reconstructed_mesh.obj',
  material: 'mesh/reconstructed_mesh.mtl',
  texture: 'textures/texture.png',
  model: 'reconstructed_model.glb',
  preview: 'preview.png',
  metadata: 'metadata.json',
} as const;

/** Codes that the engine may return. */
const codes: readonly ErrorCode[] = [
  'too_few_assets',
  'no_reconstruction',
  'too_few_points',
  'no_surface',
  'engine_limit',
];

/** The fields of the engine's result that darkroom reads. */
const stageResult = z.object({
  warnings: z.array(z.object({ code: z.string(), message: z.string() })).default([]),
});

/** Hundreds of photographs at high quality take hours on a few cores. */
const TIMEOUT_MS = 12 * 3_600_000;

type Context = StageContext<ReconstructParams>;

/**
 * @param name - Also the engine's name for the stage.
 * @param results - The result files that the stage writes.
 */
export const engineStage = (
  name: string,
  title: string,
  results: readonly (keyof typeof files)[] = [],
): Stage<ReconstructParams> => ({
  name,
  title,
  capability: '3d',
  needsInputs: false,
  timeoutMs: TIMEOUT_MS,
  run: (context) => run(name, results, context),
});

async function run(stage: string, results: readonly (keyof typeof files)[], context: Context): Promise<void> {
  const { params, workspace, memory, leftOut, signal, progress, log } = context;
  const outputs: Record<string, string> = {};
  for (const role of results) outputs[role] = (await context.outputs.create(files[role])).path;
  const { quality, use_gpu } = params;
  const exit = await runEngine({
    engine: 'reconstruct',
    packages: context.engine('reconstruct').packages,
    args: [stage],
    request: {
      quality,
      use_gpu,
      threads: availableParallelism(),
      memory,
      workspace,
      outputs,
      left_out: leftOut.map(({ name, error: { code, message } }) => ({ name, code, message })),
    },
    memory,
    lowPriority: true,
    signal,
    onProgress: progress,
    onProcess: context.onProcess,
    onLine: context.logOutput,
  });
  if (exit.result !== undefined) {
    for (const { code, message } of stageResult.parse(exit.result).warnings) context.note(code, message);
    return progress(1);
  }
  const failure = toError(stage, exit, context);
  // On a full disk the engine's own error is misleading.
  if (await isSpaceLow(workspace)) throw workerDiskFull(failure);
  if (!exit.error || failure.code === 'engine_failed') log('reconstruct failed', { ...exit });
  throw failure;
}

function toError(stage: string, ending: EngineExit, { memory, lastAttempt }: Context): DarkroomError {
  const { error, exit, overMemory } = ending;
  if (overMemory) {
    const limit = Math.floor((memory ?? 0) / 2 ** 20);
    return new DarkroomError(
      'engine_limit',
      `The stage ${stage} exceeded its memory limit of ${limit} MiB. Use a lower quality or fewer photographs; the ` +
        'operator sets the limit with DARKROOM_MEMORY',
    );
  }
  if (error) {
    const code = codes.find((known) => known === error.code) ?? 'engine_failed';
    return new DarkroomError(code, error.message);
  }
  if (!lastAttempt && wasKilled(ending))
    return new DarkroomError('operation_failed_for_now', `The process of the stage ${stage} was killed`);
  const code = exit === 'SIGKILL' || exit === 'SIGXFSZ' ? 'engine_limit' : 'engine_failed';
  return new DarkroomError(code, `The stage ${stage} ended without a result (${exit})`);
}
