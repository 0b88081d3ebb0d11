/** Has the engine `guestprobe` look into one disk image, in a process of its own, and takes down what it says. */

import type { InputFile, StageContext } from '../../operation.ts';
import { callEngine, misspoken } from '../engine-process.ts';
import { failureOf } from './failure.ts';
import { engineReport, type ProbeReport } from './probe-report.ts';

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
  {
    engine,
    memory,
    signal,
    progress,
    log,
  }: Pick<StageContext<unknown>, 'engine' | 'memory' | 'signal' | 'progress' | 'log'>,
): Promise<ProbeReport> {
  const ending = await callEngine({
    engine: 'guestprobe',
    packages: engine('guestprobe').packages,
    args: [...sandboxing(), input.path, ...(format ? ['--format', format] : []), ...ask],
    memory,
    signal,
    onProgress: progress,
  });
  if (ending.result === undefined) {
    if (!ending.error) log('guestprobe gave no answer', { ...ending });
    throw failureOf(input, ending);
  }
  const report = engineReport.safeParse(ending.result);
  if (!report.success) throw misspoken('guestprobe', report.error);
  return { ...report.data, image: { path: pathOf(input), ...report.data.image } };
}

/** An operator whose workers are walled in themselves, where a sandbox within cannot be set up, may do without. */
const sandboxing = (): string[] =>
  process.env['DARKROOM_GUESTPROBE_SANDBOX'] === 'off' ? ['--sandbox', 'off'] : [];

/** As the client named it, if its attributes say so; never where it lies here. */
function pathOf({ name, attributes }: InputFile): string {
  const { path } = attributes;
  return typeof path === 'string' ? path : name;
}
