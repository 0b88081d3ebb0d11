import { initialStatus, type RunInput } from '../jobs/model/run-input.ts';

/** The line that Temporal's Web UI shows beside the id. */
export function summaryOf(runInput: RunInput): string {
  const { total } = initialStatus(runInput).assets;
  const assets = total === 0 ? '' : ` · ${total} ${total === 1 ? 'asset' : 'assets'}`;
  return `${runInput.header.operation}${assets}${runInput.run > 1 ? ` · run ${runInput.run}` : ''}`;
}
