/** `JobRuntime` on Temporal's client. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { CallbackMoment } from '../jobs/model/delivery.ts';
import type { Job } from '../jobs/model/job.ts';
import type { AssetsTaken, JobRef, MoreAssets, RunInput } from '../jobs/model/run-input.ts';
import { isTerminal, type JobState } from '../jobs/model/states.ts';
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
import { READ_MS, WRITE_MS } from './deadlines.ts';
import { readRunInput, readTerminationReason } from './history.ts';
import {
  countJobs,
  countOpen,
  countPaused,
  countStates,
  endedOutside,
  finishedJobs,
  listJobs,
} from './listing.ts';
import { capabilitiesOf, liveWorkers } from './live-workers.ts';
import { MonotonicProgress } from './monotonic-progress.ts';
import { addAssets } from './more-assets.ts';
import * as names from './names.ts';
import { readRetention } from './namespace.ts';
import { toPendingActivities } from './pending-activities.ts';
import { queueStates } from './queues.ts';
import { deliver, redeliver } from './redelivery.ts';
import { removeJob } from './remove-job.ts';
import { signalJob } from './signal-job.ts';
import { decodeHeartbeats, isJobMemo, toSnapshot } from './snapshot.ts';
import { startJob } from './start-job.ts';

/** How long callers share one answer. A job that has ended changes only by a rerun or by deletion. */
const FRESH_MS = { running: 200, ended: 1000 };

/** Running jobs of a page that show live progress. Each costs a call of one or two milliseconds. */
const LIVE_IN_LISTS = 50;

/** How long readers of the metrics share one answer, since Temporal limits such queries. */
const SCRAPE_MS = 5000;

export class TemporalRuntime implements JobRuntime {
  readonly #client: Client;
  readonly #publicUrl: string;
  readonly #capabilities: readonly string[];
  readonly #reads = new SingleFlight<JobSnapshot | null>((snapshot) =>
    snapshot && isTerminal(snapshot.job.state) ? FRESH_MS.ended : FRESH_MS.running,
  );
  readonly #queues = new SingleFlight<readonly QueueState[]>(() => SCRAPE_MS);
  readonly #states = new SingleFlight<ReadonlyMap<JobState, number>>(() => SCRAPE_MS);
  readonly #paused = new SingleFlight<number>(() => SCRAPE_MS);
  readonly #workers = new SingleFlight<readonly LiveWorker[]>(() => 1000);
  readonly #progress = new MonotonicProgress();
  #retentionMs: number | undefined;

  /**
   * @param capabilities Those whose workers and task queues are looked up.
   * @param publicUrl Address of this server, for links in Temporal's Web UI.
   */
  constructor(client: Client, capabilities: readonly string[], publicUrl: string) {
    this.#client = client;
    this.#publicUrl = publicUrl;
    this.#capabilities = capabilities;
  }

  async start(runInput: RunInput, { priority }: { priority?: number | undefined }): Promise<boolean> {
    const { header, run } = runInput;
    const workflowId = names.workflowIdOf(header);
    try {
      // A repeated request for a rerun, after that rerun has ended. Not by the shared answer of `get`, which may be too old.
      if (run > 1 && ((await this.#describe(workflowId))?.job.run ?? 0) >= run) return false;
      return await startJob(this.#client, runInput, priority, this.#publicUrl);
    } finally {
      this.#reads.forget(workflowId);
    }
  }

  get(ref: JobRef): Promise<JobSnapshot | null> {
    const workflowId = names.workflowIdOf(ref);
    return this.#reads.get(workflowId, () => this.#describe(workflowId));
  }

  async untilEnded(ref: JobRef, signal: AbortSignal): Promise<void> {
    const workflowId = names.workflowIdOf(ref);
    // A long poll of its history. The outcome, which may be a failure, is read by `get`.
    const closed = () => this.#client.workflow.getHandle(workflowId).result();
    await this.#client.withAbortSignal(signal, closed).catch(() => undefined);
    this.#reads.forget(workflowId);
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
          ? await readCall(this.#client, READ_MS, () => readTerminationReason(this.#client, workflowId))
          : null;
      const view = { status: status.name, closedAt: closeTime ?? null, reason };
      const snapshot = toSnapshot(memo, view, await decodeHeartbeats(this.#client, raw));
      const pending = await toPendingActivities(this.#client, raw);
      // Its packaging records the end, within a workflow task or as an activity.
      const isPackaging = Boolean(raw.pendingWorkflowTask) || pending.some(({ kind }) => kind === 'package');
      return {
        ...snapshot,
        job: this.#progress.apply(snapshot.job),
        pending,
        mayHaveEnded: isPackaging && !isTerminal(snapshot.job.state),
      };
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

  /** Adds live progress, which lists lack, to the first running jobs of a page. */
  async #withLive(jobs: readonly Job[]): Promise<Job[]> {
    let looks = 0;
    return Promise.all(
      jobs.map(async (job) => {
        if (isTerminal(job.state) || looks++ >= LIVE_IN_LISTS) return this.#progress.apply(job);
        const now = await this.get(job).catch(() => null);
        return now?.job.run === job.run ? now.job : this.#progress.apply(job);
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

  endedOutside(since?: Date): AsyncIterable<JobSnapshot> {
    return endedOutside(this.#client, since);
  }

  countPaused(): Promise<number> {
    return this.#paused.get('', () => readCall(this.#client, READ_MS, () => countPaused(this.#client)));
  }

  async retainedSince(): Promise<Date> {
    this.#retentionMs ??= await readCall(this.#client, READ_MS, () => readRetention(this.#client));
    return new Date(Date.now() - this.#retentionMs);
  }

  async signal(ref: JobRef, signal: ControlSignal, reason?: string): Promise<void> {
    try {
      await signalJob(this.#client, ref, signal, reason);
    } finally {
      this.#reads.forget(names.workflowIdOf(ref));
    }
  }

  runInput(ref: JobRef): Promise<RunInput | null> {
    return readCall(this.#client, READ_MS, () => readRunInput(this.#client, names.workflowIdOf(ref)));
  }

  async addAssets(ref: JobRef, more: MoreAssets, requestId: string): Promise<AssetsTaken> {
    try {
      return await addAssets(this.#client, ref, more, requestId);
    } finally {
      this.#reads.forget(names.workflowIdOf(ref));
    }
  }

  redeliver(runInput: RunInput, about: Job, event: CallbackMoment): Promise<void> {
    return writeCall(this.#client, WRITE_MS, () => redeliver(this.#client, runInput, about, event));
  }

  deliver(runInput: RunInput, about: Job, event: CallbackMoment): Promise<void> {
    return writeCall(this.#client, WRITE_MS, () => deliver(this.#client, runInput, about, event));
  }

  async remove(ref: JobRef): Promise<void> {
    await removeJob(this.#client, ref);
    this.#reads.forget(names.workflowIdOf(ref));
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
