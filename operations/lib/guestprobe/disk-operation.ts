/** What operations on one disk image have in common. */
import { z } from 'zod';
import type { Operation, StageContext } from '../../operation.ts';
import { eachAsset } from '../each-asset.ts';
import { formats, probe } from './probe.ts';

export const diskFormat = z
  .enum(formats)
  .optional()
  .describe('What the image must be. The header tells in any case; one that is something else is refused');

const TEN_MINUTES_MS = 600_000;

/** Looking takes a second; disks that are far away may take longer. `ask`: words for the engine's command line. */
export function diskOperation<Params extends { readonly format?: (typeof formats)[number] | undefined }>(
  ask: (params: Params) => readonly string[],
): Pick<Operation<Params>, 'inputs' | 'result' | 'engine' | 'requires' | 'stages'> {
  const run = async (context: StageContext<Params>): Promise<void> => {
    const { params, inputs, outputs, progress } = context;
    const reports = await eachAsset(context, (input) => {
      const done = inputs.indexOf(input);
      const options = { format: params.format, ask: ask(params) };
      const within = (fraction: number, detail?: string) =>
        progress((done + fraction) / inputs.length, detail);
      return probe(input, options, { ...context, progress: within });
    });
    for (const report of reports) await outputs.json(report);
  };
  return {
    inputs: { min: 1, max: 1, media: ['application/octet-stream', 'application/x-qemu-disk', '*/*'] },
    result: 'json',
    engine: { dissect: '3.25.1' },
    requires: ['guestprobe'],
    stages: [{ name: 'inspect', title: 'Inspect', capability: 'vm', timeoutMs: TEN_MINUTES_MS, run }],
  };
}
