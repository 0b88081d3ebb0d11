/** Has the engine `guestprobe` look into one disk image, in a process of its own, and takes down what it says. */
import type { EngineAtHand, InputFile, StageContext } from '../operation.ts';
import { failureOf } from './failure.ts';
import type { ProbeReport } from './probe-report.ts';
import { runProbe } from './process.ts';

export const formats = ['qcow2', 'vmdk', 'vdi', 'vhdx', 'vhd', 'raw'] as const;

export interface ProbeOptions {
  /** What it must be; not given, its header tells. */
  readonly format?: (typeof formats)[number] | undefined;
  /** Words for the engine's command line. */
  readonly ask: readonly string[];
}

/** Throws a DarkroomError that names the asset, or the signal's reason once no process is left. */
export async function probe(
  input: InputFile,
  { format, ask }: ProbeOptions,
  engine: EngineAtHand,
  context: Pick<StageContext<unknown>, 'signal' | 'progress' | 'log'>,
): Promise<ProbeReport> {
  const args = [input.path, ...(format ? ['--format', format] : []), ...ask];
  const ending = await runProbe(args, engine.packages, context.signal, (fraction, stage) =>
    context.progress(fraction, stage),
  );
  if (ending.result !== undefined) {
    return { ...ending.result, image: { path: pathOf(input), ...ending.result.image } };
  }
  if (!ending.error) context.log('guestprobe gave no answer', { ...ending });
  throw failureOf(input, ending);
}

/** As the client named it, if its attributes say so; never where it lies here. */
function pathOf({ name, attributes }: InputFile): string {
  const { path } = attributes;
  return typeof path === 'string' ? path : name;
}
