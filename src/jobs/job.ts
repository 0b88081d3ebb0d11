/**
 * Glossary.
 *
 * Job         one request to run one operation on some assets, and all that became of it
 * JobSpec     what a client submits
 * Asset       one input: a name, where its bytes come from, and attributes that the client attaches
 * Source      where an asset's bytes come from: a URL, or a path below an input root of the server
 * Callback    where the client wants to be told of the end
 * Operation   a named list of stages, with parameters
 * Stage       one durable step of an operation; its results are kept, so that a dead worker loses one stage
 * Batch       up to 16 assets that travel through download and per-asset stages together
 * Run         one execution of a job; `rerun` makes the next one under the same id
 * Record      the job as it is kept in the object store once it has ended
 */
import { z } from 'zod';
import { states } from './states.ts';

/** Job ids may stand in URLs, file names and workflow ids without escaping. */
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

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .max(8192)
  .refine((url) => !hasCredentials(url), 'must not carry a user name or password')
  .meta({ example: 'https://images.example.com/photo.jpg' });

function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** A plain file name: it may not climb out of a directory, whatever is done with it. */
const fileName = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (name) => !/[/\\\p{Cc}\p{Cs}]/u.test(name) && name !== '.' && name !== '..',
    'must be a file name without slashes and control characters, and not "." or ".."',
  );

const source = z
  .strictObject({
    url: httpUrl.optional().describe('Fetched by the server'),
    path: z.string().min(1).max(4096).optional().describe('A file below an input root of the server'),
  })
  .refine(
    (given) => (given.url === undefined) !== (given.path === undefined),
    'must have exactly one of url, path',
  )
  .meta({ id: 'Source' });

/** Characters of JSON, of one asset. */
const MAX_ATTRIBUTES = 16 * 1024;

const asset = z
  .strictObject({
    name: fileName.optional().describe('Defaults to the last part of the URL or path'),
    source,
    checksum: z
      .string()
      .regex(/^sha256:[0-9a-fA-F]{64}$/, 'must be "sha256:" and 64 hexadecimal digits')
      .optional()
      .describe('The job fails if the bytes differ'),
    attributes: z
      .record(z.string().max(200), z.unknown())
      .refine(
        (attributes) => JSON.stringify(attributes).length <= MAX_ATTRIBUTES,
        `must be at most ${MAX_ATTRIBUTES / 1024} KiB as JSON`,
      )
      .optional()
      .describe('Handed on to the operation'),
  })
  .meta({ id: 'Asset' });

export const callbackEvents = ['job.completed', 'job.failed', 'job.cancelled'] as const;

const callback = z
  .strictObject({
    url: httpUrl,
    token: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('Sent back as `Authorization: Bearer`; kept encrypted'),
    events: z.array(z.enum(callbackEvents)).min(1).optional().describe('Defaults to all three'),
  })
  .meta({ id: 'Callback' });

/** Characters of JSON. Parameters travel with each step of a job through Temporal's history. */
const MAX_PARAMS = 64 * 1024;

/** More than this many assets are submitted in several calls. */
const MAX_ASSETS = 10_000;

export const jobSpec = z
  .strictObject({
    id: jobId.optional(),
    operation: z.string().min(1).max(100).meta({ example: 'image.transform' }),
    params: z
      .record(z.string(), z.unknown())
      .refine(
        (params) => JSON.stringify(params).length <= MAX_PARAMS,
        `must be at most ${MAX_PARAMS / 1024} KiB as JSON; larger things are assets`,
      )
      .default({})
      .describe('See GET /v1/operations/{name}'),
    assets: z.array(asset).max(MAX_ASSETS).default([]),
    callback: callback.optional(),
    priority: z
      .int()
      .min(1)
      .max(5)
      .optional()
      .describe("Temporal's priority key: 1 is served first, 3 is usual"),
    labels: z
      .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/), z.string().max(255))
      .refine((labels) => Object.keys(labels).length <= 20, 'must have at most 20 entries')
      .optional()
      .describe('Free words for the client; shown, never interpreted'),
  })
  .meta({ id: 'JobSpec' });

export type JobSpec = z.infer<typeof jobSpec>;
export type Asset = z.infer<typeof asset>;
export type Callback = z.infer<typeof callback>;
export type CallbackEvent = (typeof callbackEvents)[number];

const timestamp = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' });

const jobError = z
  .object({
    code: z.string().meta({ example: 'asset_not_found' }),
    message: z.string(),
    retryable: z.boolean().describe('Whether the same job may succeed when it is run again unchanged'),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'JobError' });

const resultSummary = z
  .object({
    kind: z.enum(['files', 'json']).describe('Whether the result is chiefly files, or a JSON value'),
    files: z.int().describe('Number of files'),
  })
  .meta({ id: 'ResultSummary' });

const assetCounts = z
  .object({
    total: z.int(),
    downloaded: z.int().describe('Assets whose bytes are here'),
    failed: z.int().describe('Assets that could not be fetched or processed'),
  })
  .meta({ id: 'AssetCounts' });

/** A job without links, which only those who know the address of the API can add. */
export const job = z
  .object({
    id: z.string(),
    operation: z.string(),
    dialect: z.string().describe('The API that submitted it'),
    tenant: z.string(),
    state: z.enum(states),
    paused: z.boolean().describe('It finishes the step it is in and then holds'),
    stage: z.string().nullable().describe('The stage of the operation that runs now'),
    progress: z.number().min(0).max(100),
    run: z.int().describe('1 for the first execution of this job'),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    expires_at: timestamp.nullable().describe('When results are deleted; null: never'),
    assets: assetCounts,
    labels: z.record(z.string(), z.string()),
    result: resultSummary.nullable(),
    error: jobError.nullable(),
  })
  .meta({ id: 'JobState' });

export type Job = z.infer<typeof job>;
export type JobError = z.infer<typeof jobError>;
export type AssetCounts = z.infer<typeof assetCounts>;

export const fileEntry = z
  .object({
    path: z.string().meta({ example: 'photo.webp' }),
    size: z.int().describe('Bytes'),
    sha256: z.string(),
    media_type: z.string(),
    asset: z
      .int()
      .nullable()
      .describe('Position of the asset that it was made from; null when it was made from several'),
  })
  .meta({ id: 'FileEntry' });

const assetOutcome = z
  .object({
    index: z.int().describe('Position in the submitted list, from 0'),
    name: z.string(),
    status: z.enum(['ok', 'failed']),
    size: z.int().nullable().describe('Bytes'),
    sha256: z.string().nullable(),
    error: jobError.nullable(),
  })
  .meta({ id: 'AssetOutcome' });

/** What `GET …/result` answers and `manifest.json` in the store holds. */
export const manifest = z
  .object({
    id: z.string(),
    operation: z.string(),
    run: z.int(),
    kind: resultSummary.shape.kind,
    data: z.unknown().describe('The JSON result, when kind is json'),
    files: z.array(fileEntry),
    assets: z.array(assetOutcome),
    engine: z.record(z.string(), z.string()).describe('Name and version of what did the work'),
  })
  .meta({ id: 'Result' });

export type FileEntry = z.infer<typeof fileEntry>;
export type AssetOutcome = z.infer<typeof assetOutcome>;
export type Manifest = z.infer<typeof manifest>;
