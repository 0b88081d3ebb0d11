/** Types of requests and responses. This module has no runtime code. */

import type { S3Source } from '../jobs/model/asset.ts';
import type { Job as BareJob } from '../jobs/model/job.ts';
import type { JobSpec } from '../jobs/model/job-spec.ts';
import type { PendingActivity } from '../jobs/model/pending-activity.ts';
import type { StepSpec } from '../jobs/model/pipeline.ts';
import type { TemplateDocument } from '../jobs/model/template.ts';
import type { UsageRow } from '../jobs/model/usage.ts';
import type { OperationInfo } from '../jobs/ports/operation-catalogue.ts';

export type { CredentialsView, NewCredentials, S3Keys } from '../jobs/model/credentials.ts';
export type { Delivery } from '../jobs/model/delivery.ts';
export type { LogEntry } from '../jobs/model/job-log.ts';
export type { JobPlan } from '../jobs/model/job-plan.ts';
export type { JobSpec } from '../jobs/model/job-spec.ts';
export type { RequestView } from '../jobs/model/request-view.ts';
export type { FileEntry, Manifest } from '../jobs/model/result.ts';
export type { TemplateSummary, TemplateVersion, TemplateView } from '../jobs/model/template.ts';

export type Job = BareJob & { readonly links: Readonly<Record<string, string>> };

/** A job with its pending activities and the estimated end. `earliest` to `latest` is the 80 % interval. */
export type WatchedJob = Job & {
  readonly pending: readonly PendingActivity[];
  readonly estimated_completion: {
    readonly at: string;
    readonly earliest: string;
    readonly latest: string;
  } | null;
};

/** Source of an asset: downloaded by the server, from a bucket, a file below its input roots, or uploaded with the request. */
export type AssetSource =
  | { readonly url: string }
  | { readonly path: string }
  | { readonly s3: S3Source }
  | { readonly blob: Blob };

export type JobAsset = Omit<JobSpec['assets'][number], 'source'> & { readonly source: AssetSource };

/** A JobSpec whose assets may have blobs. */
export type JobRequest = Omit<JobSpec, 'params' | 'steps' | 'assets'> & {
  readonly params?: JobSpec['params'];
  /** Instead of `operation`: the steps of a pipeline by name. */
  readonly steps?: Readonly<Record<string, Pick<StepSpec, 'operation'> & Partial<StepSpec>>>;
  readonly assets?: readonly JobAsset[];
};

/** A template as a client writes it. */
export type TemplateRequest = Pick<TemplateDocument, 'steps'> & Partial<TemplateDocument>;

export type Operation = OperationInfo & { readonly available: boolean };

/** A link to a result file that needs no login. */
export interface ResultLink {
  readonly url: string;
  readonly path: string;
  readonly expires_at: string;
}

/** The caller, and what its role permits. */
export interface Session {
  readonly tenant: string;
  readonly subject: string;
  readonly role: 'viewer' | 'submitter' | 'operator' | 'admin';
  readonly actions: readonly string[];
  /** Whether the server requires credentials. */
  readonly requires_login: boolean;
}

export interface UsageReport {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly usage: readonly UsageRow[];
}

export interface JobPage {
  readonly jobs: readonly Job[];
  /** Null for the last page. */
  readonly next_cursor: string | null;
  /** True while Temporal does not answer: jobs that have not ended are missing. */
  readonly partial: boolean;
}

export interface JobFilter {
  readonly state?: Job['state'];
  /** True: only jobs that have not ended. */
  readonly unfinished?: boolean | undefined;
  readonly operation?: string;
  readonly dialect?: string;
  /** Only jobs created at or after this time. */
  readonly since?: Date | string;
  /** Only jobs with all these labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Only jobs whose id begins with this. */
  readonly idPrefix?: string;
}

/** How many jobs there are. Those that ended before `since` are not counted. */
export interface JobCounts {
  readonly unfinished: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly since: string;
}

/** The fields of a job that change while it runs. */
export type JobProgress = Pick<Job, 'state' | 'stage' | 'paused' | 'progress' | 'assets'>;

/** A state transition. */
export interface StateEvent extends Pick<Job, 'run' | 'state' | 'stage' | 'paused'> {
  readonly type: 'state';
  /** Position among the transitions of this run, from 1. */
  readonly seq: number;
  readonly at: string;
  /** Progress of the job at that moment, 0 to 100. Servers that know it send it. */
  readonly progress?: number;
}

/** Progress within a state. */
export interface ProgressEvent extends Pick<Job, 'run' | 'state' | 'stage' | 'progress' | 'assets'> {
  readonly type: 'progress';
}

/** The last event, with the ended job. */
export interface EndEvent {
  readonly type: 'end';
  readonly job: Job;
}

export type JobEvent = StateEvent | ProgressEvent | EndEvent;
