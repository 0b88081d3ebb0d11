/**
 * Names under which a job shows in Temporal: search attributes (columns and filters of the Web UI), memo, workflow ids.
 * Imported by workflows, so nothing here may need Node.
 */
import { defineSearchAttributeKey } from '@temporalio/common';

/** The last coarse state: created (also while queued), downloading, waiting, processing (also while packaging), or the end. */
export const darkroomState = defineSearchAttributeKey('DarkroomState', 'KEYWORD');
export const darkroomOperation = defineSearchAttributeKey('DarkroomOperation', 'KEYWORD');
export const darkroomTenant = defineSearchAttributeKey('DarkroomTenant', 'KEYWORD');
export const darkroomDialect = defineSearchAttributeKey('DarkroomDialect', 'KEYWORD');

/** Digests of the labels, by which lists find jobs. Set on jobs with labels only. */
export const darkroomLabels = defineSearchAttributeKey('DarkroomLabels', 'KEYWORD_LIST');

/** Set on reruns only. */
export const darkroomRun = defineSearchAttributeKey('DarkroomRun', 'INT');

export const searchAttributes = [
  darkroomState,
  darkroomOperation,
  darkroomTenant,
  darkroomDialect,
  darkroomLabels,
  darkroomRun,
] as const;

/** Task queue of the workflows and of capability `io`; the other capabilities have queues of their own. */
export const MAIN_QUEUE = 'darkroom';

/** Task queue of downloads. It is separate, so slow servers of others delay no other work. */
export const DOWNLOAD_QUEUE = 'darkroom-net';

/** Task queue of callbacks, separate for the same reason. */
export const CALLBACK_QUEUE = 'darkroom-callback';

export const queueOf = (capability: string): string =>
  capability === 'io' ? MAIN_QUEUE : `${MAIN_QUEUE}-${capability}`;

/** Task queue of steps that are suspected of killing their worker: each runs in a process of its own, one at a time. */
export const aloneQueueOf = (queue: string): string => `${queue}-alone`;

export const workflowIdOf = ({ tenant, id }: { tenant: string; id: string }): string => `job/${tenant}/${id}`;

/** The common prefix of the ids of all callback workflows of a job. */
export const callbacksPrefix = ({ tenant, id }: { tenant: string; id: string }): string =>
  `callback/${tenant}/${id}/`;

/** The line that Temporal's Web UI shows beside the workflow that delivers a callback. */
export const summarizeCallback = ({
  job,
  event,
}: {
  readonly job: { readonly tenant: string; readonly id: string; readonly run: number };
  readonly event: string;
}): string => `callback ${event} of ${workflowIdOf(job)}${job.run > 1 ? ` · run ${job.run}` : ''}`;

/** The id of the workflow that delivers one callback. */
export const callbackIdOf = (job: { tenant: string; id: string }, run: number, seq: number): string =>
  `${callbacksPrefix(job)}${run}/${seq}`;
