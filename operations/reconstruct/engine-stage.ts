/** A stage of the engine `reconstruct`: a process that goes on from the workspace that the stage before left. */
import { availableParallelism } from 'node:os';
import { DarkroomError, type ErrorCode } from '../../src/errors.ts';
import { callEngine, type EngineEnding } from '../engine-process.ts';
import type { Stage, StageContext } from '../operation.ts';
import type { ReconstructParams } from './params.ts';

/** What a result file is, in the engine's words, and where clients find it. */
const files = {
  pointcloud: 'pointcloud/pointcloud.ply',
  mesh: 'mesh/reconstructed_mesh.obj',
  material: 'mesh/reconstructed_mesh.mtl',
  texture: 'textures/texture.png',
  model: 'reconstructed_model.glb',
  preview: 'preview.png',
  metadata: 'metadata.json',
} as const;

/** What the engine may say, in the same words as ours. */
const codes: readonly ErrorCode[] = [
  'too_few_assets',
  'no_reconstruction',
  'too_few_points',
  'no_surface',
  'engine_limit',
];

/** Hundreds of photographs at high quality take hours on a few cores. */
const TIMEOUT_MS = 12 * 3_600_000;

type Context = StageContext<ReconstructParams>;

/** `name`: also the engine's word for it. `makes`: the results that come of it. */
export const engineStage = (
  name: string,
  title: string,
  makes: readonly (keyof typeof files)[] = [],
): Stage<ReconstructParams> => ({
  name,
  title,
  capability: '3d',
  needsInputs: false,
  timeoutMs: TIMEOUT_MS,
  run: (context) => run(name, makes, context),
});

async function run(stage: string, makes: readonly (keyof typeof files)[], context: Context): Promise<void> {
  const { params, workspace, memory, signal, progress, log } = context;
  const outputs: Record<string, string> = {};
  for (const role of makes) outputs[role] = (await context.outputs.create(files[role])).path;
  const { quality, use_gpu } = params;
  const ending = await callEngine({
    engine: 'reconstruct',
    packages: context.engine('reconstruct').packages,
    args: [stage],
    order: { quality, use_gpu, threads: availableParallelism(), workspace, outputs },
    memory,
    yielding: true,
    signal,
    onProgress: progress,
  });
  if (ending.result !== undefined) return progress(1);
  const failure = failureOf(stage, ending, memory);
  if (failure.code === 'engine_failed') log('reconstruct failed', { ...ending });
  throw failure;
}

function failureOf(
  stage: string,
  { error, end, overMemory }: EngineEnding,
  memory: number | null,
): DarkroomError {
  if (overMemory) {
    const most = Math.floor((memory ?? 0) / 2 ** 20);
    return new DarkroomError(
      'engine_limit',
      `The stage ${stage} took more than the ${most} MiB of memory that it may. Take a lower quality or fewer photographs; the ` +
        'operator sets the limit with DARKROOM_MEMORY',
    );
  }
  if (error) {
    const code = codes.find((known) => known === error.code) ?? 'engine_failed';
    return new DarkroomError(code, error.message);
  }
  // Somebody's kill, or the system's that ran out of memory: the stage begins again.
  if (end === 'SIGKILL' || end === 'SIGTERM')
    return new DarkroomError('operation_failed_for_now', `The process of the stage ${stage} was killed`);
  return new DarkroomError('engine_failed', `The stage ${stage} ended without an answer (${end})`);
}
