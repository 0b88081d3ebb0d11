/** JobEngine on Temporal's client. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { DarkroomError } from '../errors.ts';
import type { Delivery } from '../jobs/model/delivery.ts';
import type { Job } from '../jobs/model/job.ts';
import {
  type AssetsTaken,
  initialStatus,
  type JobRef,
  type MoreAssets,
  type RunInput,
} from '../jobs/model/run-input.ts';
import { isTerminal, type JobState } from '../jobs/model/states.ts';
import { appendMoment } from '../jobs/model/timeline.ts';
import type {
  ControlSignal,
  JobFilter,
  JobPage,
  JobRuntime,
  JobSnapshot,
  LiveWorker,
  OpenJobs,
  QueueState,
} from '../jobs/ports/job-runtime.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import { isNotFound, readCall, writeCall } from './connection.ts';
import { executionsBelow, executionsOf, firstOrder, terminationReason } from './history.ts';
import { countJobs, countOpen, countStates, endedOutside, finishedJobs, listJobs } from './listing.ts';
import { capabilitiesOf, liveWorkers } from './live-workers.ts';
import { MonotonicProgress } from './monotonic-progress.ts';
import { addAssets } from './more-assets.ts';
import * as names from './names.ts';
import { retentionOf } from './namespace.ts';
import { toPendingActivities } from './pending-activities.ts';
import { queueStates } from './queues.ts';
import { redeliver } from './redelivery.ts';
import { heartbeatsOf, isJobMemo, type JobMemo, toSnapshot } from './snapshot.ts';
import { summaryOf } from './summary.ts';

const READ_MS = 2000;
const WRITE_MS = 4000;

/** Readers within this time share one answer. A job that has ended changes only by a rerun or by deletion. */
const FRESH_MS = { running: 200, ended: 1000 };

/** Running jobs of a page whose live progress is told; each is a call of a millisecond or two. */
const LIVE_IN_LISTS = 50;

/** However many read the metrics, and however often: Temporal limits such queries. */
const SCRAPE_MS = 5000;

/** A job that is deleted may clean up after itself for this long before it is ended by force. */
const REMOVAL_MS = 4000;

export class TemporalRuntime implements JobRuntime {
  readonly #client: Client;
  readonly #capabilities: readonly string[];
  readonly #reads = new SingleFlight<JobSnapshot | null>((snapshot) =>
    snapshot && isTerminal(snapshot.job.state) ? FRESH_MS.ended : FRESH_MS.running,
  );
  readonly #queues = new SingleFlight<readonly QueueState[]>(() => SCRAPE_MS);
  readonly #states = new SingleFlight<ReadonlyMap<JobState, number>>(() => SCRAPE_MS);
  readonly #workers = new SingleFlight<readonly LiveWorker[]>(() => 1000);
  readonly #highWater = new MonotonicProgress();
  #retentionMs: number | undefined;

  /** `capabilities`: those whose workers are looked for. */
  constructor(client: Client, capabilities: readonly string[]) {
    this.#client = client;
    this.#capabilities = capabilities;
  }

  async start(runInput: RunInput, { priority }: { priority?: number | undefined }): Promise<boolean> {
    const { header, fingerprint, run } = runInput;
    const workflowId = names.workflowIdOf(header);
    const status = initialStatus(runInput);
    const timeline = appendMoment([], status, runInput.requestedAt);
    const memo: JobMemo = { header, status, fingerprint, timeline };
    try {
      // A rerun may have been asked for twice, with the first already over; what readers share is too old to tell.
      if (run > 1 && ((await this.#describe(workflowId))?.job.run ?? 0) >= run) return false;
      await writeCall(this.#client, WRITE_MS, () =>
        this.#client.workflow.start('processJob', {
          workflowId,
          taskQueue: names.MAIN_QUEUE,
          args: [runInput],
          // The same id never starts twice, whether the first is running or has ended; unless a rerun is what is wanted.
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: run > 1 ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
          memo: { ...memo },
          typedSearchAttributes: new TypedSearchAttributes([
            { key: names.darkroomState, value: 'created' },
            { key: names.darkroomOperation, value: header.operation },
            { key: names.darkroomTenant, value: header.tenant },
            { key: names.darkroomDialect, value: header.dialect },
            ...(run > 1 ? [{ key: names.darkroomRun, value: run }] : []),
          ]),
          staticSummary: summaryOf(runInput),
          // Where the server heeds it, tenants take turns, however much one of them has submitted.
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
    } finally {
      this.#reads.forget(workflowId);
    }
  }

  get(ref: JobRef): Promise<JobSnapshot | null> {
    const workflowId = names.workflowIdOf(ref);
    return this.#reads.get(workflowId, () => this.#describe(workflowId));
  }

  async #describe(workflowId: string): Promise<JobSnapshot | null> {
    try {
      const description = await readCall(this.#client, READ_MS, () =>
        this.#client.workflow.getHandle(workflowId).describe(),
      );
      const { memo, status, closeTime, raw } = description;
      if (!isJobMemo(memo)) return null;
      const reason =
        status.name === 'TERMINATED'
          ? await readCall(this.#client, READ_MS, () => terminationReason(this.#client, workflowId))
          : null;
      const view = { status: status.name, closedAt: closeTime ?? null, reason };
      const snapshot = toSnapshot(memo, view, heartbeatsOf(raw));
      return { ...snapshot, job: this.#highWater.apply(snapshot.job), pending: toPendingActivities(raw) };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || isNotFound(error)) return null;
      throw error;
    }
  }

  async list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage> {
    const found = await readCall(this.#client, READ_MS, () => listJobs(this.#client, tenant, filter, page));
    return { ...found, jobs: await this.#withLive(found.jobs) };
  }

  /** A list has no heartbeats: those that run are looked at one by one, as many as that costs little for. */
  async #withLive(jobs: readonly Job[]): Promise<Job[]> {
    let looks = 0;
    return Promise.all(
      jobs.map(async (job) => {
        if (isTerminal(job.state) || looks++ >= LIVE_IN_LISTS) return this.#highWater.apply(job);
        const now = await this.get(job).catch(() => null);
        return now?.job.run === job.run ? now.job : this.#highWater.apply(job);
      }),
    );
  }

  count(tenant: string, filter: JobFilter): Promise<number> {
    return readCall(this.#client, READ_MS, () => countJobs(this.#client, tenant, filter));
  }

  countOpen(which: OpenJobs): Promise<number> {
    return readCall(this.#client, READ_MS, () => countOpen(this.#client, which));
  }

  finished(tenant: string, operation: string): Promise<readonly JobSnapshot[]> {
    return readCall(this.#client, READ_MS, () => finishedJobs(this.#client, tenant, operation));
  }

  endedOutside(): AsyncIterable<JobSnapshot> {
    return endedOutside(this.#client);
  }

  async retainedSince(): Promise<Date> {
    this.#retentionMs ??= await readCall(this.#client, READ_MS, () => retentionOf(this.#client));
    return new Date(Date.now() - this.#retentionMs);
  }

  async signal(ref: JobRef, signal: ControlSignal, reason?: string): Promise<void> {
    const workflowId = names.workflowIdOf(ref);
    const handle = this.#client.workflow.getHandle(workflowId);
    const args = signal === 'cancel' && reason !== undefined ? [reason] : [];
    try {
      await writeCall(this.#client, WRITE_MS, () => handle.signal(signal, ...args));
      // The signal brings the reason and is enough; with a request of its own Temporal shows the end as Canceled, too.
      if (signal === 'cancel')
        await writeCall(this.#client, WRITE_MS, () => handle.cancel()).catch(() => undefined);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError || isNotFound(error))) throw error;
      throw new DarkroomError(
        'job_not_active',
        `Job "${ref.id}" has ended; nothing can ${signal} it any more`,
      );
    } finally {
      this.#reads.forget(workflowId);
    }
  }

  runInput(ref: JobRef): Promise<RunInput | null> {
    return readCall(this.#client, READ_MS, () => firstOrder(this.#client, names.workflowIdOf(ref)));
  }

  async addAssets(ref: JobRef, more: MoreAssets, requestId: string): Promise<AssetsTaken> {
    try {
      return await addAssets(this.#client, ref, more, requestId);
    } finally {
      this.#reads.forget(names.workflowIdOf(ref));
    }
  }

  redeliver(runInput: RunInput, about: Job, delivery: Delivery): Promise<void> {
    return writeCall(this.#client, WRITE_MS, () => redeliver(this.#client, runInput, about, delivery));
  }

  async remove(ref: JobRef): Promise<void> {
    const workflowId = names.workflowIdOf(ref);
    const running = await this.#isRunning(workflowId);
    if (running === null) return;
    if (running) await this.#stop(ref, workflowId);
    const others = await writeCall(this.#client, WRITE_MS, async () => [
      ...(await executionsOf(this.#client, workflowId)),
      ...(await executionsBelow(this.#client, names.callbacksPrefix(ref))),
    ]);
    const { workflowService, options } = this.#client;
    for (const execution of [{ workflowId }, ...others]) {
      await writeCall(this.#client, WRITE_MS, () =>
        workflowService.deleteWorkflowExecution({
          namespace: options.namespace,
          workflowExecution: execution,
        }),
      ).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
    this.#reads.forget(workflowId);
  }

  /** By our own signal, which lets it clean up; by force when that takes too long, as it does without a worker. */
  async #stop(ref: JobRef, workflowId: string): Promise<void> {
    await this.signal(ref, 'cancel', 'deleted').catch(() => undefined);
    if (await until(async () => (await this.#isRunning(workflowId)) !== true, REMOVAL_MS)) return;
    await writeCall(this.#client, WRITE_MS, () =>
      this.#client.workflow.getHandle(workflowId).terminate('deleted'),
    );
    // Activities learn of it by their next heartbeat; until then they may write.
    await sleep(1500);
  }

  /** Null: there is no such execution. */
  async #isRunning(workflowId: string): Promise<boolean | null> {
    try {
      const handle = this.#client.workflow.getHandle(workflowId);
      const { status } = await readCall(this.#client, READ_MS, () => handle.describe());
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || isNotFound(error)) return null;
      throw error;
    }
  }

  async liveCapabilities(): Promise<ReadonlySet<string>> {
    return capabilitiesOf(await this.liveWorkers());
  }

  liveWorkers(): Promise<readonly LiveWorker[]> {
    return this.#workers.get('', () =>
      readCall(this.#client, READ_MS, () => liveWorkers(this.#client, this.#capabilities)),
    );
  }

  queues(): Promise<readonly QueueState[]> {
    return this.#queues.get('', () =>
      readCall(this.#client, READ_MS, () => queueStates(this.#client, this.#capabilities)),
    );
  }

  countsByState(): Promise<ReadonlyMap<JobState, number>> {
    return this.#states.get('', () => readCall(this.#client, READ_MS, () => countStates(this.#client)));
  }
}

async function until(condition: () => Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await sleep(50);
  }
  return false;
}
