/** Inspects one disk image with the engine `guestprobe`. */
import type { InputFile, StageContext } from '../../operation.ts';
import { runEngine, toProtocolError } from '../engine-process.ts';
import { type DiskReport, engineReport } from './disk-report.ts';
import { toError } from './errors.ts';

export const formats = ['qcow2', 'vmdk', 'vdi', 'vhdx', 'vhd', 'raw'] as const;

export interface InspectionOptions {
  /** Expected format. Default: detected from the header. */
  readonly format?: (typeof formats)[number] | undefined;
  /** Further arguments of the engine's command line. */
  readonly args: readonly string[];
}

/** @throws A DarkroomError that names the asset, or the signal's reason once no process is left. */
export async function inspectImage(
  input: InputFile,
  { format, args }: InspectionOptions,
  {
    lastAttempt,
    engine,
    memory,
    sandbox,
    signal,
    progress,
    onProcess,
    log,
    logOutput,
  }: Pick<
    StageContext<unknown>,
    | 'lastAttempt'
    | 'engine'
    | 'memory'
    | 'sandbox'
    | 'signal'
    | 'progress'
    | 'onProcess'
    | 'log'
    | 'logOutput'
  >,
): Promise<DiskReport> {
  const exit = await runEngine({
    engine: 'guestprobe',
    packages: engine('guestprobe').packages,
    args: [],
    request: [
      ...(sandbox.kind === 'limits' ? ['--sandbox', 'off'] : []),
      input.path,
      ...(format ? ['--format', format] : []),
      ...args,
    ],
    memory,
    signal,
    onProgress: progress,
    onProcess,
    onLine: logOutput,
  });
  if (exit.result === undefined) {
    if (!exit.error) log('guestprobe returned no result', { ...exit });
    throw toError(input, exit, lastAttempt);
  }
  const report = engineReport.safeParse(exit.result);
  if (!report.success) throw toProtocolError('guestprobe', report.error);
  return { ...report.data, image: { path: displayPath(input), ...report.data.image } };
}

/** The client's path of the image, from the attribute `path`, else its name. Never the path on this machine. */
function displayPath({ name, attributes }: InputFile): string {
  const { path } = attributes;
  return typeof path === 'string' ? path : name;
}
