import { initialStatus, type JobOrder } from '../jobs/model/run-input.ts';

/** The line that Temporal's Web UI shows beside the id. */
export function summaryOf(order: JobOrder): string {
  const { total } = initialStatus(order).assets;
  const assets = total === 0 ? '' : ` · ${total} ${total === 1 ? 'asset' : 'assets'}`;
  return `${order.header.operation}${assets}${order.run > 1 ? ` · run ${order.run}` : ''}`;
}
