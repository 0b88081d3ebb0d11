/** Which worker did what and when a job ended, by the history in Temporal. */
import type { Client } from '@temporalio/client';
import { workflowIdOf } from '../../../src/temporal/names.ts';

const handle = (client: Client, id: string) =>
  client.workflow.getHandle(workflowIdOf({ tenant: 'public', id }));

/** The identity of the worker that has the step of a job that runs now; null: none has. */
export async function findActivityWorker(client: Client, id: string): Promise<string | null> {
  const { raw } = await handle(client, id).describe();
  return raw.pendingActivities?.[0]?.lastWorkerIdentity ?? null;
}

/** Epoch, ms. NaN while the job has not ended. */
export async function closedAt(client: Client, id: string): Promise<number> {
  return (await handle(client, id).describe()).closeTime?.getTime() ?? Number.NaN;
}

/** The steps of a job that were completed, in order, and the identity of the worker that did each. */
export async function completedActivities(
  client: Client,
  id: string,
): Promise<{ step: string; by: string }[]> {
  const { events } = await handle(client, id).fetchHistory();
  const names = new Map(
    events?.map(({ eventId, activityTaskScheduledEventAttributes: scheduled }) => [
      String(eventId),
      scheduled?.activityType?.name ?? '',
    ]),
  );
  return (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: done }) =>
    done ? [{ step: names.get(String(done.scheduledEventId)) ?? '', by: done.identity ?? '' }] : [],
  );
}
