/** Parts shared by the operations on one disk image. */
import { z } from 'zod';
import type { Operation, StageContext } from '../../operation.ts';
import { eachAsset } from '../each-asset.ts';
import { formats, inspectImage } from './inspect-image.ts';

export const diskFormat = z
  .enum(formats)
  .optional()
  .describe(
    'Expected format of the image. Default: detected from the header. An image in another format fails',
  );

/** An inspection takes a second; longer on slow disks. */
const TIMEOUT_MS = 600_000;

/** @param toArguments - Converts parameters to arguments for the engine's command line. */
export function diskOperation<Params extends { readonly format?: (typeof formats)[number] | undefined }>(
  toArguments: (params: Params) => readonly string[],
): Pick<Operation<Params>, 'inputs' | 'result' | 'outputs' | 'engine' | 'requires' | 'stages'> {
  const run = async (context: StageContext<Params>): Promise<void> => {
    const { params, outputs } = context;
    const options = { format: params.format, args: toArguments(params) };
    const reports = await eachAsset(context, (input, report) =>
      inspectImage(input, options, { ...context, progress: report }),
    );
    for (const report of reports) await outputs.json(report);
  };
  return {
    inputs: { min: 1, max: 1, media: ['application/octet-stream', 'application/x-qemu-disk', '*/*'] },
    result: 'json',
    outputs: ['application/json'],
    engine: { dissect: '3.25.1' },
    requires: ['guestprobe'],
    stages: [{ name: 'inspect', title: 'Inspect', capability: 'vm', timeoutMs: TIMEOUT_MS, run }],
  };
}
