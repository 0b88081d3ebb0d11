/** A stage of the engine `reconstruct`: a process that goes on from the workspace that the stage before left. */
import { availableParallelism } from 'node:os';
import { DarkroomError, type ErrorCode } from '../../src/errors.ts';
import { workerDiskFull } from '../../src/lib/disk-full.ts';
import { callEngine, type EngineEnding } from '../lib/engine-process.ts';
import { hasNoRoom } from '../lib/free-space.ts';
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

/** A stage whose process is killed so often is likely to need more memory than there is. */
const MOST_ATTEMPTS = 5;

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
  const { params, workspace, memory, leftOut, signal, progress, log } = context;
  const outputs: Record<string, string> = {};
  for (const role of makes) outputs[role] = (await context.outputs.create(files[role])).path;
  const { quality, use_gpu } = params;
  const ending = await callEngine({
    engine: 'reconstruct',
    packages: context.engine('reconstruct').packages,
    args: [stage],
    order: {
      quality,
      use_gpu,
      threads: availableParallelism(),
      memory,
      workspace,
      outputs,
      left_out: leftOut.map(({ name, error: { code, message } }) => ({ name, code, message })),
    },
    memory,
    yielding: true,
    signal,
    onProgress: progress,
  });
  if (ending.result !== undefined) return progress(1);
  const failure = failureOf(stage, ending, context);
  // Whatever a program says of a disk that is full, it is no fault of the photographs.
  if (await hasNoRoom(workspace)) throw workerDiskFull(failure);
  if (!ending.error || failure.code === 'engine_failed') log('reconstruct failed', { ...ending });
  throw failure;
}

function failureOf(
  stage: string,
  { error, end, overMemory }: EngineEnding,
  { memory, attempt }: Context,
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
  // Somebody's kill, or the system's that ran out of memory: the stage begins again, but not for ever.
  if ((end === 'SIGKILL' || end === 'SIGTERM') && attempt < MOST_ATTEMPTS)
    return new DarkroomError('operation_failed_for_now', `The process of the stage ${stage} was killed`);
  const code = end === 'SIGKILL' || end === 'SIGXFSZ' ? 'engine_limit' : 'engine_failed';
  return new DarkroomError(code, `The stage ${stage} ended without an answer (${end})`);
}
