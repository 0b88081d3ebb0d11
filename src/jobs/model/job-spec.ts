/** The request that submits a job. */
import { z } from 'zod';
import { assetList, httpUrl } from './asset.ts';
import { limitEntries } from './limit-entries.ts';
import { resultSteps, stepMap } from './pipeline.ts';
import { DEFAULT_PRIORITY } from './priority.ts';

/** Job ids need no escaping in URLs, file names and workflow ids. */
export const jobId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
    'must be 1 to 128 letters, digits, ".", "_", ":" or "-", and begin with a letter or digit',
  )
  .meta({
    description: 'Job id; chosen by the client, or by the server when left out',
    example: 'holiday-2026',
  });

/** Events of a callback that names none. */
export const endEvents = ['job.completed', 'job.failed', 'job.cancelled'] as const;

/** Named after the state that a job enters, or after a change of `paused`. */
export const callbackEvents = [
  'job.queued',
  'job.downloading',
  'job.waiting',
  'job.processing',
  'job.packaging',
  'job.paused',
  'job.resumed',
  ...endEvents,
] as const;

const callback = z
  .strictObject({
    url: httpUrl,
    token: z
      .string()
      .min(1)
      .max(4096)
      .regex(/^[\x20-\x7e]+$/, 'must be ASCII without control characters, because it is sent as a header')
      .optional()
      .describe('Sent with each callback as `Authorization: Bearer`; stored encrypted'),
    events: limitEntries(callbackEvents.length, z.array(z.enum(callbackEvents)).min(1))
      .optional()
      .describe('Events to deliver; default: the three final ones'),
  })
  .meta({ id: 'Callback' });

/** Characters of JSON. Parameters are part of several payloads in Temporal's history. */
const MAX_PARAMS = 64 * 1024;

/** Assets of one job. */
export const MAX_JOB_ASSETS = 1_000_000;

const awaitAssets = z
  .strictObject({
    total: z
      .int()
      .min(1)
      .max(MAX_JOB_ASSETS)
      .optional()
      .describe('Processing starts once the job has this many assets'),
    quiet_seconds: z
      .number()
      .min(0.1)
      .max(86_400)
      .optional()
      .describe('Processing starts once the job has assets and none arrived for this long'),
  })
  .meta({ id: 'AwaitAssets' });

/** Labels of a job. */
export const MAX_LABELS = 20;

const LABEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;

const labelName = z
  .string()
  .regex(
    LABEL_NAME,
    'must be 1 to 63 letters, digits, ".", "_", "/" or "-", and begin with a letter or digit',
  );

export const jobSpec = z
  .strictObject({
    id: jobId.optional(),
    operation: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('The operation of the job, unless it has `steps` or `template`')
      .meta({ example: 'image.transform' }),
    params: z
      .record(z.string(), z.unknown())
      .refine(
        (params) => JSON.stringify(params).length <= MAX_PARAMS,
        `must be at most ${MAX_PARAMS / 1024} KiB as JSON; send larger data as assets`,
      )
      .default({})
      .describe('Of the operation or the template. See GET /v1/operations/{name}, GET /v1/templates/{name}'),
    template: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Instead of `steps`: the template that makes them, as NAME or NAME@VERSION')
      .meta({ example: 'product-photo@1' }),
    steps: stepMap
      .optional()
      .describe('Instead of `operation`: the steps of a pipeline by name. See docs/pipelines.md'),
    results: resultSteps
      .optional()
      .describe('Steps whose files are the result of a pipeline; default: those that no other step uses'),
    reuse: z
      .boolean()
      .optional()
      .describe(
        'Whether results of equal work of earlier jobs are copied, and later jobs may copy these. Default: true',
      ),
    assets: assetList.default([]),
    await_assets: awaitAssets
      .optional()
      .describe(
        'The job waits for more assets until a request has `final`, or one of these conditions holds',
      ),
    callback: callback.optional(),
    priority: z
      .int()
      .min(1)
      .max(5)
      .optional()
      .describe(
        `Temporal's priority key: 1 runs first; default: ${DEFAULT_PRIORITY}. 1 and 2 precede jobs of other tenants and take the role \`operator\``,
      ),
    keep_days: z
      .number()
      .positive()
      .max(36_500)
      .optional()
      .describe("Days that the job and its results are kept after its end; default: the server's"),
    labels: limitEntries(MAX_LABELS, z.record(labelName, z.string().max(255)))
      .optional()
      .describe('Text for the client; shown, never interpreted')
      .meta({ maxProperties: MAX_LABELS, propertyNames: { pattern: LABEL_NAME.source } }),
  })
  .meta({
    id: 'JobSpec',
    example: {
      operation: 'image.transform',
      params: { width: 800 },
      assets: [{ source: { url: 'https://images.example.com/photo.jpg' } }],
    },
  });

export type JobSpec = z.infer<typeof jobSpec>;
export type Callback = z.infer<typeof callback>;
export type CallbackEvent = (typeof callbackEvents)[number];
