/** The log of a job: what happened to it and in its stages, for its client. It has no secrets and no paths of the server. */
import { z } from 'zod';

const activityKinds = ['download', 'inputs', 'stage', 'package'] as const;

export const logEntry = z
  .object({
    id: z.string().describe('Names the entry. The same entry has the same id in each response'),
    run: z.int().describe('Number of the run, from 1'),
    at: z.iso.datetime(),
    level: z.enum(['info', 'warning', 'error']),
    type: z
      .enum(['state', 'attempt', 'lost', 'asset', 'note', 'output'])
      .describe(
        'state: a transition of the job. attempt: an attempt failed, or ended after earlier ones. lost: the attempt before this one ' +
          'was lost with its worker. asset: an asset cannot be used. note: as in the result. output: a line that a program printed',
      ),
    activity: z.enum(activityKinds).nullable().describe('The activity that it is about; null: the job'),
    stage: z.string().nullable().describe('Of the activity `stage`; in a pipeline STEP/STAGE'),
    batch: z.int().nullable().describe('The batch of assets, from 0; null: all'),
    attempt: z.int().nullable().describe('Number of the attempt, from 1'),
    began_at: z.iso.datetime().nullable().describe('When the attempt began'),
    worker: z.string().nullable().describe('The process that ran the attempt, as PID@HOST'),
    code: z.string().nullable().describe('Code of an error or a note'),
    message: z.string(),
  })
  .meta({ id: 'LogEntry' });

export type LogEntry = z.infer<typeof logEntry>;

/** What a line of the log says. Run, activity and attempt follow from where it is stored. */
export const logMessage = logEntry.pick({ level: true, type: true, code: true, message: true });

export type LogMessage = z.infer<typeof logMessage>;

/** A message with its time, and its number in the attempt, from 0. Numbers are missing where lines were left out. */
export interface LogLine extends LogMessage {
  readonly n: number;
  readonly at: string;
}

/** The lines of one attempt at an activity. */
export interface LogSegment {
  /** Of the request. Another request with the same id of the job does not see it. */
  readonly fingerprint: string;
  readonly activity: (typeof activityKinds)[number];
  /** Name of the step, and of the stage in it. */
  readonly step: string | null;
  readonly stage: string | null;
  readonly batch: number | null;
  readonly attempt: number;
  readonly began_at: string;
  readonly worker: string;
  readonly lines: readonly LogLine[];
}

/** Names the object of a segment: unique for each attempt, up to the tenth. Later attempts replace that one. */
export interface LogSegmentName {
  readonly run: number;
  readonly name: string;
}
