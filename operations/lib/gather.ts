/** The last stage of operations that leave a record of each asset: all records as one JSON result. */
import type { StageContext } from '../operation.ts';
import { readRecords, type StageRecord } from './records.ts';

const stage = {
  name: 'gather',
  title: 'Gather',
  capability: 'io',
  needsInputs: false,
  isShort: true,
} as const;

/** @param field - Name of the list of records in the result. */
export const gatherAs = (field: string) => ({
  ...stage,
  run: async ({
    workspace,
    outputs,
    signal,
  }: Pick<StageContext<unknown>, 'workspace' | 'outputs' | 'signal'>): Promise<void> => {
    const records: StageRecord[] = [];
    for await (const record of readRecords(workspace)) {
      signal.throwIfAborted();
      records.push(record);
    }
    signal.throwIfAborted();
    await outputs.json({ [field]: records });
  },
});
