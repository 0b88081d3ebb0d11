/**
 * Counts what Temporal Cloud bills for one execution of a workflow, by the rules of https://docs.temporal.io/cloud/actions. Heartbeats and
 * queries are billed, too, and are not in a history.
 */
import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;

interface Rule {
  readonly kind: string;
  /** Actions of an event. */
  count(event: Event): number;
}

const once = (kind: string, is: (event: Event) => unknown): Rule => ({
  kind,
  count: (event) => (is(event) ? 1 : 0),
});

const rules: readonly Rule[] = [
  once('workflow start', (event) => event.workflowExecutionStartedEventAttributes),
  // Attempts that failed have no event of their own.
  { kind: 'activity attempt', count: (event) => event.activityTaskStartedEventAttributes?.attempt ?? 0 },
  once('timer', (event) => event.timerStartedEventAttributes),
  once('search attributes', (event) => event.upsertWorkflowSearchAttributesEventAttributes),
  once('signal', (event) => event.workflowExecutionSignaledEventAttributes),
  once('signal sent', (event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes),
  once('update', (event) => event.workflowExecutionUpdateAcceptedEventAttributes),
  // One for the intent, one for the attempt. The start of the child itself is in its own history.
  {
    kind: 'child workflow',
    count: (event) => (event.startChildWorkflowExecutionInitiatedEventAttributes ? 2 : 0),
  },
];

/** Returns the number of actions of each kind that occurs. */
export function countBillableActions(events: readonly Event[]): Record<string, number> {
  const counts = rules.map(({ kind, count }) => [kind, events.reduce((sum, event) => sum + count(event), 0)]);
  // All markers of a workflow task, of local activities above all, are one action.
  const tasks = new Set(
    events.flatMap(({ markerRecordedEventAttributes: marker }) =>
      marker ? [String(marker.workflowTaskCompletedEventId)] : [],
    ),
  );
  return Object.fromEntries(
    [...counts, ['local activities of a task', tasks.size] as const].filter(([, count]) => Number(count) > 0),
  ) as Record<string, number>;
}
