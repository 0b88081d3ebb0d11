/** What goes to the server and comes from it, as TypeScript sees it. Nothing here is left at run time. */

import type { Job as BareJob, JobSpec } from '../jobs/model/job.ts';
import type { PendingActivity } from '../jobs/model/pending-activity.ts';
import type { UsageRow } from '../jobs/model/usage.ts';
import type { OperationInfo } from '../jobs/ports/operation-catalogue.ts';

export type { Delivery } from '../jobs/model/delivery.ts';
export type { FileEntry, Manifest } from '../jobs/model/job.ts';
export type { RequestView } from '../jobs/model/request-view.ts';

export type Job = BareJob & { readonly links: Readonly<Record<string, string>> };

/** A job, what it does now or waits for, and when it is likely to end: eight of ten like it do between `earliest` and `latest`. */
export type WatchedJob = Job & {
  readonly pending: readonly PendingActivity[];
  readonly estimated_completion: {
    readonly at: string;
    readonly earliest: string;
    readonly latest: string;
  } | null;
};

/** Where the bytes of an asset come from: fetched by the server, a file below its input roots, or sent along. */
export type AssetSource = { readonly url: string } | { readonly path: string } | { readonly blob: Blob };

export type JobAsset = Omit<JobSpec['assets'][number], 'source'> & { readonly source: AssetSource };

/** What `submit` takes: a JobSpec whose assets may be sent along. */
export type JobRequest = Omit<JobSpec, 'params' | 'assets'> & {
  readonly params?: JobSpec['params'];
  readonly assets?: readonly JobAsset[];
};

export type Operation = OperationInfo & { readonly available: boolean };

export interface UsageReport {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly usage: readonly UsageRow[];
}

export interface JobFilter {
  readonly state?: Job['state'];
  readonly operation?: string;
  readonly dialect?: string;
  /** Only jobs created at or after this time. */
  readonly since?: Date | string;
}

/** How a job stands, without what never changes. */
export type JobProgress = Pick<Job, 'state' | 'stage' | 'paused' | 'progress' | 'assets'>;

/** A transition. */
export interface StateEvent extends Pick<Job, 'run' | 'state' | 'stage' | 'paused'> {
  readonly type: 'state';
  /** Position among the transitions of this run, from 1. */
  readonly seq: number;
  readonly at: string;
  /** Progress of the job at that moment, 0 to 100. Servers that know it send it. */
  readonly progress?: number;
}

/** How far it is within a state. */
export interface ProgressEvent extends Pick<Job, 'run' | 'state' | 'stage' | 'progress' | 'assets'> {
  readonly type: 'progress';
}

/** The last one: the job, as it ended. */
export interface EndEvent {
  readonly type: 'end';
  readonly job: Job;
}

export type JobEvent = StateEvent | ProgressEvent | EndEvent;
