/** What the parts of the job workflow share. */
import type { RunInput, RunRef } from '../src/jobs/model/run-input.ts';
import { AssetQueue, type AssetQueueState } from './asset-queue.ts';
import { CallbackNotifier } from './callback-notifier.ts';
import { JobControl } from './job-control.ts';
import { JobStatusPublisher, type PublishedStatus } from './job-status.ts';
import { LossReports } from './loss-reports.ts';

/** The state that a run hands to its next execution when it continues as new. No activity is in flight at that moment. */
export interface ContinueAsNewState extends AssetQueueState {
  readonly published: PublishedStatus;
  /** The stage to continue with, and how many of its batches are done; null while assets are downloaded. */
  readonly stage: { readonly index: number; readonly batchesDone: number } | null;
}

/** One execution of the job workflow. */
export interface JobContext {
  readonly runInput: RunInput;
  /** Null in the first execution of a run. */
  readonly resumeFrom: ContinueAsNewState | null;
  readonly status: JobStatusPublisher;
  readonly control: JobControl;
  readonly assetQueue: AssetQueue;
  readonly notifier: CallbackNotifier;
  readonly lossReports: LossReports;
}

/** Builds the context, and registers the handlers of all messages that a job accepts but `started`. */
export function createJobContext(runInput: RunInput, resumeFrom: ContinueAsNewState | null): JobContext {
  const status = new JobStatusPublisher(runInput, resumeFrom?.published ?? null);
  const control = new JobControl(status);
  const assetQueue = new AssetQueue(runInput, resumeFrom, status, control);
  const notifier = new CallbackNotifier({ runInput, status, assetQueue });
  return { runInput, resumeFrom, status, control, assetQueue, notifier, lossReports: new LossReports() };
}

/** Points of progress, of 100, for downloads and packaging. The stages share the rest. */
export const DOWNLOAD_POINTS = 15;
export const PACKAGING_POINTS = 2;

export const toRunRef = ({ header, run, fingerprint }: RunInput): RunRef => ({
  tenant: header.tenant,
  id: header.id,
  run,
  fingerprint,
});
