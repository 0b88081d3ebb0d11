/** What the parts of the story hand to each other, and what all steps of a job have in common. */
import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';
import type { RunInput, RunRef } from '../src/jobs/model/run-input.ts';
import type { AssetQueue } from './asset-queue.ts';
import type { CallbackNotifier } from './callback-notifier.ts';
import { type ContinueAsNewState, shouldContinueAsNew } from './continue-as-new.ts';
import type { Control } from './control.ts';
import type { JobStatusPublisher } from './job-status.ts';

export interface Job {
  readonly runInput: RunInput;
  readonly status: JobStatusPublisher;
  readonly control: Control;
  readonly assetQueue: AssetQueue;
  readonly notifier: CallbackNotifier;
  /** Where an earlier execution of this run left off, its history having become long. */
  readonly resumeFrom: ContinueAsNewState | null;
}

/** Work in progress is known to be alive by its heartbeat, and is cancelled through it. */
export const watched: ActivityOptions = {
  heartbeatTimeout: '10s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '1m',
    maximumAttempts: 20,
    nonRetryableErrorTypes: ['TemporalTimeout:StartToClose'],
  },
};

/** Points of progress, of 100, for downloads and packaging; the stages share the rest. */
export const DOWNLOAD_POINTS = 15;
export const PACKAGING_POINTS = 2;

/** Batches of one job that are in flight at once, so that a big job leaves room for others. */
const WIDTH = 4;

/** A history that has become long ends an execution, as the end of the work does. */
export const bounds = (control: Control) => ({ width: WIDTH, control, enough: shouldContinueAsNew });

export const runOf = ({ header, run, fingerprint }: RunInput): RunRef => ({
  tenant: header.tenant,
  id: header.id,
  run,
  fingerprint,
});
