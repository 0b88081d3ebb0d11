/** Starts the workflow of a job. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { initialStatus, type RunInput } from '../jobs/model/run-input.ts';
import { appendMoment } from '../jobs/model/timeline.ts';
import { writeCall } from './connection.ts';
import { WRITE_MS } from './deadlines.ts';
import { toLabelTerm } from './label-term.ts';
import * as names from './names.ts';
import type { JobMemo } from './snapshot.ts';

/**
 * Starts a run of a job. An id never starts twice, whether its first run is active or has ended, except for a rerun.
 *
 * @param priority From 1 (first) to 5.
 * @param publicUrl Address of this server, for links in Temporal's Web UI.
 * @returns False when Temporal already has a job with this id or, for a rerun, when a run is active.
 * @throws temporal_unavailable, temporal_busy
 */
export async function startJob(
  client: Client,
  runInput: RunInput,
  priority: number | undefined,
  publicUrl: string,
): Promise<boolean> {
  const { header, fingerprint, run, retention } = runInput;
  const status = initialStatus(runInput);
  const timeline = appendMoment([], status, runInput.requestedAt);
  const terms = Object.entries(header.labels).map(([name, value]) => toLabelTerm(name, value));
  const memo: JobMemo = { header, status, fingerprint, timeline, retention };
  try {
    await writeCall(client, WRITE_MS, () =>
      client.workflow.start('processJob', {
        workflowId: names.workflowIdOf(header),
        taskQueue: names.MAIN_QUEUE,
        args: [runInput],
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: run > 1 ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        memo: { ...memo },
        typedSearchAttributes: new TypedSearchAttributes([
          { key: names.darkroomState, value: 'created' },
          { key: names.darkroomOperation, value: header.operation },
          { key: names.darkroomTenant, value: header.tenant },
          { key: names.darkroomDialect, value: header.dialect },
          ...(terms.length > 0 ? [{ key: names.darkroomLabels, value: terms }] : []),
          ...(run > 1 ? [{ key: names.darkroomRun, value: run }] : []),
        ]),
        staticSummary: summarize(runInput),
        staticDetails: describe(runInput, publicUrl),
        // Servers with fairness enabled share the workers between tenants, however many jobs each has submitted.
        priority: {
          ...(priority === undefined ? {} : { priorityKey: priority }),
          fairnessKey: header.tenant,
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** The links of the job in Temporal's Web UI (Markdown). What changes is in the current details, which the workflow sets. */
function describe({ header: { id, tenant, dialect } }: RunInput, publicUrl: string): string {
  const path = encodeURIComponent(id);
  const links = `[Job in the console](${publicUrl}/#/jobs/${path}) · [API](${publicUrl}/v1/jobs/${path})`;
  return `${links}\n\ntenant \`${tenant}\`, submitted through \`${dialect}\``;
}

/** The line that Temporal's Web UI shows beside the id. */
function summarize(runInput: RunInput): string {
  const { total } = initialStatus(runInput).assets;
  const assets = total === 0 ? '' : ` · ${total} ${total === 1 ? 'asset' : 'assets'}`;
  const steps = runInput.steps.length === 1 ? '' : ` · ${runInput.steps.length} steps`;
  return `${runInput.header.operation}${steps}${assets}${runInput.run > 1 ? ` · run ${runInput.run}` : ''}`;
}
