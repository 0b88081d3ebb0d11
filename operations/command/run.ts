/** Runs the command of an operation once, in a directory of its own. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import { workerDiskFull } from '../../src/lib/disk-full.ts';
import { isSpaceLow } from '../lib/free-space.ts';
import type { ReportProgress } from '../lib/picture-process/task.ts';
import type { InputFile, StageContext } from '../operation.ts';
import { buildArguments } from './arguments.ts';
import type { Definition } from './definition.ts';
import { buildValues, copyInputs } from './inputs.ts';
import { keepOutputs, readData } from './outputs.ts';
import { runProcess } from './process.ts';
import { findProgramFolders } from './program-folders.ts';
import { progressParser } from './progress.ts';

/**
 * Runs the command and keeps its outputs.
 *
 * @returns The content of its data file; undefined when the definition has none.
 * @throws The signal's reason, or `operation_failed`, `operation_failed_for_now`, `sandbox_missing`, `engine_limit`
 * or `disk_full`.
 */
export async function runOnce(
  definition: Definition,
  context: StageContext<Record<string, unknown>>,
  inputs: readonly InputFile[],
  report: ReportProgress,
): Promise<unknown> {
  const { name, limits, environment, data, progress, detail, reads, network } = definition;
  const { sandbox } = context;
  if (!sandbox.permitsCommands) {
    const message =
      `${name} did not run: this worker cannot keep commands from the network and from its own files. The operator installs bubblewrap ` +
      '(darkroom doctor says what is missing), or sets DARKROOM_SANDBOX=off to run commands without a sandbox';
    throw new DarkroomError('sandbox_missing', message);
  }
  const directory = join(context.workspace, 'run');
  const outputs = join(directory, 'outputs');
  await mkdir(outputs, { recursive: true });
  const parseProgress = progressParser(progress, detail, report);
  try {
    const paths = await copyInputs(inputs, join(directory, 'inputs'));
    const [program = '', ...args] = buildArguments(
      definition,
      buildValues(context.params, inputs, paths, outputs),
    );
    await runProcess(
      {
        program,
        args,
        cwd: directory,
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: directory,
          TMPDIR: directory,
          LANG: 'C.UTF-8',
          ...environment,
        },
        seconds: limits.seconds,
        residentMemory: context.memory,
        sandbox,
        policy: {
          readable: [...(await findProgramFolders(program)), ...reads],
          writable: [directory],
          network,
          processes: true,
          limits: { addressSpace: limits.memory, file: limits.output },
        },
        onProcess: context.onProcess,
        onLine: (line) => {
          parseProgress(line);
          context.logOutput(line);
        },
      },
      context.signal,
    ).catch(async (error: unknown) => {
      if (!(error instanceof DarkroomError)) throw error;
      // Not detected by the program's message: with a crafted file, it could keep a step waiting for ever.
      if (error.code === 'operation_failed' && (await isSpaceLow(directory))) throw workerDiskFull(error);
      // The message may contain paths of this machine.
      throw new DarkroomError(error.code, error.message.replaceAll(`${directory}/`, ''), { cause: error });
    });
    await keepOutputs(definition, context.outputs, outputs, inputs.length === 1 ? inputs[0] : undefined);
    return data === undefined ? undefined : await readData(join(outputs, data), data);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
