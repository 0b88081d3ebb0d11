/** The result of a job: its files or JSON value, and what became of each asset. */
import { z } from 'zod';
import { jobError, resultSummary } from './job.ts';

/** A note on a complete result. */
const resultNote = z
  .object({
    code: z.string().meta({ example: 'focal_length_differs' }),
    message: z.string(),
    asset: z.int().nullable().describe('Position of the asset that it is about; null: about several'),
  })
  .meta({ id: 'ResultNote' });

export const fileEntry = z
  .object({
    path: z.string().meta({ example: 'photo.webp' }),
    size: z.int().describe('Bytes'),
    sha256: z.string(),
    media_type: z.string(),
    asset: z
      .int()
      .nullable()
      .describe('Position of the asset that it was made from; null: made from several'),
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

/** The response of `GET …/result`, and the content of `manifest.json` in the store. */
export const manifest = z
  .object({
    id: z.string(),
    operation: z.string(),
    run: z.int(),
    kind: resultSummary.shape.kind,
    data: z
      .unknown()
      .describe(
        'The JSON result if `kind` is json; of several steps of a pipeline, an object by name of the step',
      ),
    files: z.array(fileEntry),
    assets: z.array(assetOutcome),
    notes: z.array(resultNote).describe('What is doubtful or incomplete in the result'),
    engine: z.record(z.string(), z.string()).describe('Names and versions of the software that produced it'),
  })
  .meta({ id: 'Result' });

export type FileEntry = z.infer<typeof fileEntry>;
export type ResultNote = z.infer<typeof resultNote>;
export type AssetOutcome = z.infer<typeof assetOutcome>;
export type Manifest = z.infer<typeof manifest>;
